"""Threads that take from queues and look at flags: at once again where nothing has come."""
import collections
import queue
import threading
import time


class Decoder(threading.Thread):
    def __init__(self, sink) -> None:
        super().__init__()
        self.sink = sink
        self.frames: list[bytes] = []
        self.inbox: queue.Queue = queue.Queue()
        self.late = collections.deque()
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.is_set():  # expect: busy-wait
            try:
                frame = self.frames.pop(0)
            except IndexError:
                continue
            self.sink.feed(frame)

    def tokens(self):
        while True:  # expect: busy-wait
            if not self.inbox.empty():
                yield self.inbox.get_nowait()
            elif self.ended.is_set():
                break

    def drain_while_running(self) -> None:
        while not self.ended.is_set():  # expect: busy-wait
            if not self.inbox.empty():
                self.sink.feed(self.inbox.get())

    def with_a_pause(self) -> None:
        while not self.ended.is_set():
            try:
                frame = self.frames.pop(0)
            except IndexError:
                time.sleep(0.01)
                continue
            self.sink.feed(frame)

    def with_a_wait(self) -> None:
        while not self.ended.is_set():
            try:
                frame = self.inbox.get(timeout=1)
            except queue.Empty:
                continue
            self.sink.feed(frame)

    def until_it_is_empty(self) -> None:
        while not self.ended.is_set():
            try:
                frame = self.late.popleft()
            except IndexError:
                break
            self.sink.feed(frame)

    def until_it_is_told(self) -> None:
        """Whoever ends the session sets the event, too."""
        while not self.ended.is_set():
            try:
                self.session()
            except KeyboardInterrupt:
                for late in self.late:
                    late.stop()

    def session(self) -> None:
        while self.sink.is_open:
            self.sink.feed(input().encode())

    def as_long_as_there_are_some(self) -> None:
        while not self.inbox.empty():
            try:
                frame = self.inbox.get_nowait()
            except queue.Empty:
                continue
            self.sink.feed(frame)

    def not_too_many(self) -> None:
        while len(self.frames) > 100:
            self.frames.pop(0)

    def beside_other_work(self, device) -> None:
        while not self.ended.is_set():
            try:
                frame = self.inbox.get_nowait()
            except queue.Empty:
                pass
            else:
                self.sink.feed(frame)
            device.refresh()


def own_stack(first):
    """What nobody else fills."""
    stack = [first]
    while True:
        try:
            node = stack.pop()
        except IndexError:
            return
        stack.extend(node.children)
