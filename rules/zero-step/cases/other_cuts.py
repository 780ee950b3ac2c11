"""Cuts whose size does not come from the data that is cut: all accepted."""

import functools
import re
import ssl
import zlib
from typing import Iterator

import win32file


def in_steps(data: bytes, step: int) -> Iterator[bytes]:
    while data:
        yield data[:step]
        data = data[step:]


def lines(text: str) -> list[str]:
    found = []
    while text:
        line, _, text = text.partition("\n")
        found.append(line)
    return found


def wrapped(text: str, width: int) -> list[str]:
    found = []
    while len(text) > width:
        found.append(text[:width])
        text = text[width:]
    return found


def trimmed(stack: list, keep: int) -> None:
    while len(stack) > keep:
        del stack[0]


def drained(queue: list) -> list:
    found = []
    while queue:
        found.append(queue.pop(0))
    return found


def decoded(pairs: bytes) -> list[int]:
    found = []
    while pairs:
        low, high = pairs[0], pairs[1]
        found.append(high << 8 | low)
        pairs = pairs[2:]
    return found


def blocks(stream) -> list[bytes]:
    # Each length is read anew from the stream, so the next round has another one.
    found = []
    left = stream.read(4)
    while left:
        size = left[0]
        found.append(stream.read(size))
        left = stream.read(4)
    return found


NAME = re.compile(r"\$\{([^}]+)\}")


def filled_in(value: str, values: dict) -> str:
    # A match that has something in it is longer than nothing.
    parts = []
    while value:
        match = NAME.search(value)
        if match is None:
            parts.append(value)
            break
        start, end = match.span()
        parts.append(value[:start] + values[match.groups()[0]])
        value = value[end:]
    return "".join(parts)


def written(pipe, data: bytes) -> None:
    # A pipe of the system takes something or fails.
    while data:
        _error, count = win32file.WriteFile(pipe, data[:4096])
        data = data[count:]


def packed(buf: bytearray) -> bytes:
    # Nothing is no compressed text: that fails before anything is cut.
    found = b""
    while len(buf) >= 2:
        size = int.from_bytes(buf[:2], "big")
        if len(buf) < size:
            break
        found += zlib.decompress(b"x\x9c" + buf[2:size])
        del buf[:size]
    return found


class Writer:
    def __init__(self, connection: ssl.SSLSocket) -> None:
        self.connection = connection

    def again(self, call):
        while True:
            try:
                return call()
            except ssl.SSLWantReadError:
                self.connection.pending()

    def write(self, rest: bytes) -> None:
        # What was taken of it is an answer, which is more than nothing.
        while rest:  # expect: zero-step/strict
            count = self.again(functools.partial(self.connection.write, rest))
            rest = rest[count:]

    def write_by_name(self, rest: bytes) -> None:
        while rest:
            count = self.again(lambda: self.connection.write(rest))
            rest = rest[count:]
