# A reader that remembers its end: it says so at once and for ever, without reading again.
class Frames:
    def __init__(self, path):
        self.source = open(path, "rb")
        self.finished = False

    def frame(self):
        if self.finished:
            return None
        data = self.source.read(4096)
        if not data:
            self.finished = True
            return None
        return data


def goes_on(frames: Frames):
    while True:  # expect: unread-end-of-input
        frame = frames.frame()
        if frame is not None:
            print(frame)


def leaves(frames: Frames):
    while True:
        frame = frames.frame()
        if frame is None:
            break
        print(frame)


class Later:
    def __init__(self, path, work):
        self.source = open(path, "rb")
        self.finished = False
        self.work = work

    def run(self):
        while True:
            if not self.finished:
                data = self.source.read(4096)
                if not data:
                    self.finished = True
            self.work.get()
