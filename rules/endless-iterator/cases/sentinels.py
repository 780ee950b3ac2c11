"""`iter` with a sentinel: does the function ever give it?"""

import functools
import socket
import sys


class Copy:
    """Class: code from Python 2, where text was bytes."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.total = 0

    def count(self) -> int:
        for chunk in iter(functools.partial(self.sock.recv, 1024), ""):  # expect: endless-iterator
            self.total += len(chunk)
        return self.total

    def count_bytes(self) -> int:
        for chunk in iter(functools.partial(self.sock.recv, 1024), b""):
            self.total += len(chunk)
        return self.total

    def count_until_close(self) -> int:
        for chunk in iter(lambda: self.sock.recv(1024), ""):
            if not chunk:
                break
            self.total += len(chunk)
        return self.total


def blocks(path: str) -> int:
    total = 0
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(65536), ""):  # expect: endless-iterator
            total += len(block)
    return total


def text_blocks(path: str) -> int:
    total = 0
    with open(path) as file:
        for block in iter(lambda: file.read(65536), ""):
            total += len(block)
    return total


def lines() -> None:
    for line in iter(sys.stdin.readline, ""):
        print(line)


def unknown(source) -> None:
    for item in iter(source.take, None):
        print(item)
