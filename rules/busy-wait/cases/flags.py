"""Waiting for a flag that another thread sets, without giving that thread the processor."""

import threading
import time

ready = False


class Loader(threading.Thread):
    """Class: the waiter burns a core, and for ever if the thread dies before it sets the flag."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded = False
        self.done = threading.Event()

    def run(self) -> None:
        self.loaded = True
        self.done.set()

    def is_loaded(self) -> bool:
        return self.loaded

    def wait_for_attribute(self) -> None:
        while not self.loaded:  # expect: busy-wait
            pass

    def wait_with_sleep(self) -> None:
        while not self.loaded:
            time.sleep(0.01)

    def wait_for_event(self) -> None:
        while not self.done.is_set():  # expect: busy-wait
            pass

    def wait_properly(self) -> None:
        self.done.wait(timeout=30)

    def wait_in_steps(self) -> None:
        while not self.done.wait(timeout=1):
            print("still loading")

    def wait_by_method(self) -> None:
        while not self.is_loaded():  # expect: busy-wait
            continue

    def wait_inside(self) -> None:
        while True:  # expect: busy-wait
            if self.loaded:
                break

    def wait_inside_with_sleep(self) -> None:
        while True:
            if self.loaded:
                break
            time.sleep(0.01)


def wait_for_global() -> None:
    while not ready:  # expect: busy-wait
        pass


def set_global() -> None:
    global ready
    ready = True


def wait_for_other(loader: Loader) -> None:
    while loader.loaded is False:  # expect: busy-wait
        ...


def wait_for_either(first: Loader, second: Loader) -> None:
    while not (first.loaded or second.loaded):  # expect: busy-wait
        pass


def wait_for_either_with_pause(first: Loader, second: Loader) -> None:
    def pause() -> None:
        time.sleep(0.01)

    while not (first.loaded or second.loaded):
        pause()


def fresh_name(taken: set[str]) -> str:
    counts = {"name": 0}

    def next_name() -> str:
        counts["name"] += 1
        return "name" + str(counts["name"])

    while True:
        name = next_name()
        if name not in taken:
            return name
