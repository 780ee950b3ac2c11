"""Who asks a generator for the next item decides how long it runs."""

import time


class Worker:
    def __init__(self) -> None:
        self.running = True

    def close(self) -> None:
        self.running = False

    def work(self) -> None:
        while self.running:
            time.sleep(1)

    def pauses(self, seconds: float):
        while True:
            time.sleep(seconds)
            yield
