"""A client that keeps its connection up: the pause between two attempts."""

import itertools
import socket
import threading
import time


class Client:
    """Class: every client of a restarted broker comes back once a second, all in the same second."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address
        self.stopping = threading.Event()
        self.retry_delay = 2.0
        self.delay = 1.0
        self.sock: socket.socket | None = None

    def close(self) -> None:
        self.stopping.set()

    def reconnect(self) -> None:
        self.sock = socket.create_connection(self.address, timeout=5)

    def run(self) -> None:
        while not self.stopping.is_set():
            self.work()
            time.sleep(1)
            try:
                self.reconnect()
            except OSError:  # expect: constant-retry-delay/strict
                pass

    def run_with_attribute(self) -> None:
        while not self.stopping.is_set():
            try:
                self.reconnect()
            except OSError:  # expect: constant-retry-delay/strict
                time.sleep(self.retry_delay)
            else:
                self.work()

    def run_with_growth(self) -> None:
        while not self.stopping.is_set():
            try:
                self.reconnect()
                self.delay = 1.0
            except OSError:
                time.sleep(self.delay)
                self.delay = min(2 * self.delay, 60)
            else:
                self.work()

    def run_with_helper(self) -> None:
        while not self.stopping.is_set():
            try:
                self.reconnect()
            except OSError:
                self.grow()
                time.sleep(self.delay)
            else:
                self.work()

    def run_with_list(self) -> None:
        delays = itertools.chain([1, 2, 4, 8], itertools.repeat(16))
        while not self.stopping.is_set():
            try:
                self.reconnect()
            except OSError:
                time.sleep(next(delays))
            else:
                self.work()

    def connect_three_times(self) -> bool:
        attempts = 0
        while attempts < 3:
            try:
                self.reconnect()
                return True
            except OSError:
                attempts += 1
                time.sleep(1)
        return False

    def grow(self) -> None:
        self.delay = min(2 * self.delay, 60)

    def work(self) -> None:
        print(self.sock)
