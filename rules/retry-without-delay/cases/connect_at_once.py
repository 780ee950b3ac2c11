"""Bounded retries that start again at once: a refused connection fails within a millisecond."""

import logging
import random
import socket
import threading
import time

import requests

logger = logging.getLogger(__name__)


class Link:
    def __init__(self, host: str, port: int) -> None:
        self.address = (host, port)
        self.closed = threading.Event()
        self.refused = 0

    def close(self) -> None:
        self.closed.set()

    def connect(self) -> socket.socket | None:
        while not self.closed.is_set():
            try:
                return socket.create_connection(self.address, timeout=5)
            except OSError as error:  # expect: retry-without-delay
                logger.warning("%s", error)
        return None

    def connect_before_deadline(self, patience: float) -> socket.socket | None:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            try:
                return socket.create_connection(self.address, timeout=5)
            except ConnectionRefusedError:  # expect: retry-without-delay
                self.refused += 1
        return None

    def connect_counted(self, attempts: int) -> socket.socket:
        """A few tries in a row end by themselves."""
        failed = 0
        while True:
            try:
                return socket.create_connection(self.address, timeout=5)
            except OSError:
                failed += 1
                if failed >= attempts:
                    raise

    def connect_yielding(self) -> socket.socket | None:
        """`sleep(0)` lets others run and does not wait."""
        while not self.closed.is_set():
            try:
                return socket.create_connection(self.address, timeout=5)
            except OSError:  # expect: retry-without-delay
                time.sleep(0)
        return None

    def connect_with_pause(self) -> socket.socket | None:
        while not self.closed.is_set():
            try:
                return socket.create_connection(self.address, timeout=5)
            except OSError:
                time.sleep(1)
        return None

    def connect_with_interruptible_pause(self) -> socket.socket | None:
        while not self.closed.is_set():
            try:
                return socket.create_connection(self.address, timeout=5)
            except OSError:
                self.closed.wait(timeout=1)
        return None

    def connect_with_jitter(self) -> socket.socket | None:
        delay = 0.5
        while not self.closed.is_set():
            try:
                return socket.create_connection(self.address, timeout=5)
            except OSError:
                time.sleep(random.uniform(delay / 2, delay))
                delay = min(delay * 2, 60.0)
        return None

    def connect_with_pause_after_handler(self) -> socket.socket | None:
        while not self.closed.is_set():
            try:
                return socket.create_connection(self.address, timeout=5)
            except OSError as error:
                logger.warning("%s", error)
            time.sleep(1)
        return None

    def connect_with_pause_helper(self) -> socket.socket | None:
        while not self.closed.is_set():
            try:
                return socket.create_connection(self.address, timeout=5)
            except OSError as error:
                self.pause(error)
        return None

    def pause(self, error: Exception) -> None:
        logger.warning("%s", error)
        self.closed.wait(timeout=2)

    def fetch_a_few_times(self, url: str) -> bytes:
        """A handful of tries in a row is over before it does harm."""
        for _ in range(3):
            try:
                return requests.get(url, timeout=5).content
            except requests.ConnectionError as error:
                logger.info("%s", error)
        raise ConnectionError(url)

    def fetch_after_timeout(self, url: str, attempts: int) -> bytes:
        """A timeout has already taken its time."""
        failed = 0
        while True:
            try:
                return requests.get(url, timeout=5).content
            except requests.Timeout:
                failed += 1
                if failed >= attempts:
                    raise
