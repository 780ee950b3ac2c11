"""Threads that take jobs out of a list or mapping of their own object, which others fill."""
import threading


class Decoder(threading.Thread):
    def __init__(self):
        super().__init__()
        self.jobs = []
        self.frames = {}
        self.closed = threading.Event()
        self.running = True

    def add(self, job):
        self.jobs.append(job)

    def take_first(self):
        while not self.closed.is_set():  # expect: busy-wait
            try:
                job = self.jobs.pop(0)
            except IndexError:
                continue
            job()

    def take_any(self):
        while self.running:  # expect: busy-wait
            try:
                number, frame = self.frames.popitem()
            except KeyError:
                continue
            print(number, frame)

    def take_if_there(self):
        while self.running:  # expect: busy-wait
            if self.jobs:
                self.jobs.pop(0)()

    def take_by_length(self):
        while self.running:  # expect: busy-wait
            if len(self.jobs) > 0:
                self.jobs.pop(0)()

    def take_or_wait(self):
        while self.running:
            if self.jobs:
                self.jobs.pop(0)()
            else:
                self.closed.wait(0.1)

    def take_all(self):
        while self.jobs:
            self.jobs.pop(0)()


class Reader:
    def __init__(self, source):
        self.source = source
        self.buffer = []
        self.open = True
        self.partial = False

    def __iter__(self):
        # What is open is in one of three states.
        while self.buffer or self.open:
            if self.buffer:
                yield self.buffer.pop(0)
            elif self.partial:
                self.source.more(self)
            elif self.open:
                self.source.next(self)
