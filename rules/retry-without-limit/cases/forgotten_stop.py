"""A session that ends when it is told to, but not while it connects."""

import logging
import socket
import threading
import time

logger = logging.getLogger(__name__)


class Agent:
    def __init__(self, address: tuple[str, int], stop: threading.Event) -> None:
        self.address = address
        self.stop = stop

    def session(self) -> None:
        while True:
            try:
                sock = socket.create_connection(self.address, timeout=5)
                break
            except OSError as error:  # expect: retry-without-limit
                logger.info("cannot connect: %s", error)
            time.sleep(0.1)
        with sock:
            while not self.stop.is_set():
                sock.sendall(b"ping")
                time.sleep(1)


class Patient:
    def __init__(self, address: tuple[str, int], stop: threading.Event) -> None:
        self.address = address
        self.stop = stop

    def session(self) -> None:
        while not self.stop.is_set():
            try:
                sock = socket.create_connection(self.address, timeout=5)
                break
            except OSError as error:
                logger.info("cannot connect: %s", error)
            time.sleep(0.1)
        else:
            return
        with sock:
            while not self.stop.is_set():
                sock.sendall(b"ping")
                time.sleep(1)
