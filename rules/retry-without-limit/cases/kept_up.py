"""Connections that a loop without an end asks for: nobody else waits for them."""

import logging
import socket
import time

logger = logging.getLogger(__name__)


class Replica:
    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address

    def run(self) -> None:
        while True:
            connection = self.connect()
            try:
                self.follow(connection)
            except OSError:
                logger.warning("lost the leader")
                time.sleep(3)

    def connect(self) -> socket.socket:
        while True:
            try:
                return socket.create_connection(self.address, timeout=5)
            except OSError:  # expect: retry-without-limit/strict
                time.sleep(2)

    def follow(self, connection: socket.socket) -> None:
        connection.settimeout(30)
        while chunk := connection.recv(4096):
            logger.info("%d bytes", len(chunk))


class Client:
    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address

    def send(self, lines: list[bytes]) -> None:
        for line in lines:
            self.connect().sendall(line)

    def connect(self) -> socket.socket:
        while True:
            try:
                return socket.create_connection(self.address, timeout=5)
            except OSError:  # expect: retry-without-limit
                time.sleep(2)
