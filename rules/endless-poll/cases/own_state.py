"""Waiting for state of the program itself."""

import threading
import time


class Pool:
    """Class: whoever should set the state died, or never will."""

    def __init__(self) -> None:
        self.idle: list[str] = []
        self.state = "starting"

    def mark(self, state: str) -> None:
        self.state = state

    def wait_ready(self) -> None:
        while self.state != "ready":  # expect: endless-poll/strict
            time.sleep(0.05)

    def wait_ready_briefly(self) -> bool:
        for _ in range(100):
            if self.state == "ready":
                return True
            time.sleep(0.05)
        return False

    def feed(self, jobs: list[str]) -> None:
        while jobs:
            self.idle.append(jobs.pop())
            time.sleep(0.05)


def wait_for_event(ready: threading.Event) -> None:
    ready.wait(timeout=30)


def declared(pool: Pool) -> None:
    # unspin: forever this process exists to wait for the pool, and is killed with it
    while pool.state != "ready":
        time.sleep(0.05)
