"""Cycles of calls that go round once, or not at all."""

import asyncio
import io
from pathlib import Path
from typing import BinaryIO, Protocol

BLOCK = 8192


class BlockReader:
    """Each calls the other, and the argument sees to it that only one of them does."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            return self.readall()
        return self.stream.read(size)

    def readall(self) -> bytes:
        parts = []
        while part := self.read(BLOCK):
            parts.append(part)
        return b"".join(parts)


class LazyReader:
    """Parsed once, by whoever asks first."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.parsed = False
        self.length = 0

    def parse(self) -> None:
        self.parsed = True
        self.length = int.from_bytes(self.stream.read(4), "big")
        self.read_duration()

    def read_duration(self) -> int:
        if not self.parsed:
            self.parse()
        return self.length


class WrappingReader:
    """The same name on another object."""

    def __init__(self, inner: BinaryIO) -> None:
        self.inner = inner

    def read(self, size: int = -1) -> bytes:
        return self.inner.read(size)


def read_document(source: BinaryIO | Path | bytes) -> bytes:
    """Turns what it got into what it wants, once."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            return read_document(file)
    if isinstance(source, bytes):
        return read_document(io.BytesIO(source))
    return source.read()


def parse_ranges(text: str) -> list[tuple[int, int]]:
    """The separator is gone in the parts."""
    if "," in text:
        ranges = []
        for part in text.split(","):
            ranges += parse_ranges(part)
        return ranges
    first, _, last = text.partition("-")
    return [(int(first), int(last or first))]


class PollingReader:
    """Handed to the loop: no frame is left when it runs."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.received = b""

    def read_more(self) -> None:
        self.received += self.stream.read(512)
        asyncio.get_running_loop().call_later(1.0, self.read_more)


class LineParser:
    """What stands before a line break is parsed on its own, and holds no line break."""

    def parse_tokens(self, tokens: list) -> list:
        lines = []
        self.take_lines(lines, tokens)
        if not tokens:
            raise SyntaxError("nothing to parse")
        return [*lines, tokens.pop()]

    def take_lines(self, lines: list, tokens: list) -> None:
        pointer = 0
        while pointer < len(tokens):
            if tokens[pointer] == "\n":
                lines.append(self.parse_tokens(tokens[:pointer]))
                del tokens[: pointer + 1]
                pointer = 0
            pointer += 1


class RedirectingClient:
    """An address is no depth: the client counts the redirects, and a request may be the last of all."""

    def __init__(self, session) -> None:
        self.session = session

    def load(self, url: str) -> bytes:
        response = self.session.request("GET", url, allow_redirects=False)
        if response.is_redirect and self.session.redirects_left(response):
            return self.load(response.headers["Location"])  # expect: recursion-on-input/strict
        return response.content


class Loader(Protocol):
    def load(self, data: bytes) -> object: ...


class ArrayLoader(Loader):
    """The parts are loaded by whatever loads one element."""

    def __init__(self, element: Loader) -> None:
        self.element = element

    def load(self, data: bytes) -> list:
        return parse_array(data, self.element)


class NumberLoader(Loader):
    def load(self, data: bytes) -> int:
        return int(data)


def parse_array(data: bytes, loader: Loader) -> list:
    load = loader.load
    found = []
    while data:
        size = data[0]
        found.append(load(data[1 : size + 1]))
        data = data[size + 1 :]
    if not found:
        raise ValueError("malformed array")
    return found


class ImageDecoder:
    """The image within is read with the flag off, which a helper hands on: depth two."""

    def __init__(self, reader: BinaryIO) -> None:
        self.reader = reader

    def decode_stream(self, is_main: bool = True) -> bytes:
        cache = self.reader.read(1)
        return cache + self.read_codes(is_main)

    def read_codes(self, is_main: bool) -> bytes:
        codes = self.reader.read(4)
        if is_main and codes[0] == 1:
            codes += self.decode_stream(False)
        return codes
