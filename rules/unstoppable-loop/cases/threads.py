"""Thread functions that go round for ever; nothing of the program can end them."""

import threading
import time
from threading import Thread

readings: list[float] = []
stop = threading.Event()


def sample() -> None:
    while True:  # expect: unstoppable-loop/strict
        readings.append(time.time())
        time.sleep(1)


def sample_until_stopped() -> None:
    while not stop.wait(1):
        readings.append(time.time())


def sample_a_while() -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        readings.append(time.time())
        time.sleep(1)


def sample_in_background() -> None:
    # The interpreter does not wait for a daemon thread.
    while True:
        readings.append(time.time())
        time.sleep(1)


def start() -> None:
    threading.Thread(target=sample).start()
    Thread(target=sample_until_stopped).start()
    Thread(target=sample_a_while).start()
    Thread(target=sample_in_background, daemon=True).start()


def shut_down() -> None:
    stop.set()


class Sampler(threading.Thread):
    def run(self) -> None:
        while True:  # expect: unstoppable-loop/strict
            readings.append(time.time())
            time.sleep(1)


class StoppableSampler(threading.Thread):
    def __init__(self) -> None:
        super().__init__()
        self._stopping = threading.Event()

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        while not self._stopping.wait(timeout=1):
            readings.append(time.time())


class Recorder:
    """`close()` sets a flag that nobody reads."""

    def __init__(self) -> None:
        self.closed = False

    def close(self) -> None:
        self.closed = True

    def run(self) -> None:
        while True:  # expect: unstoppable-loop/strict
            readings.append(time.time())
            time.sleep(1)


class ObedientRecorder:
    def __init__(self) -> None:
        self.closed = False

    def close(self) -> None:
        self.closed = True

    def run(self) -> None:
        while not self.closed:
            readings.append(time.time())
            time.sleep(1)
