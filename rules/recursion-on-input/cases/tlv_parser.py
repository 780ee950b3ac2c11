"""Values that say how long they are and may hold others: DER, RESP, type-length-value."""

import struct
from typing import BinaryIO

MAX_DEPTH = 32


class ParseError(ValueError):
    """The bytes are no element."""


def parse_der(data: bytes, offset: int = 0) -> tuple[object, int]:
    """A sequence in a sequence in a sequence is two bytes a level."""
    tag, length = data[offset], data[offset + 1]
    offset += 2
    end = offset + length
    if end > len(data):
        raise ParseError("truncated")
    if not tag & 0x20:
        return data[offset:end], end
    items = []
    while offset < end:
        item, offset = parse_der(data, offset)  # expect: recursion-on-input
        items.append(item)
    return items, end


def parse_der_bounded(data: bytes, offset: int = 0, depth: int = 0) -> tuple[object, int]:
    if depth >= MAX_DEPTH:
        raise ParseError("nested too deeply")
    tag, length = data[offset], data[offset + 1]
    offset += 2
    end = offset + length
    if end > len(data):
        raise ParseError("truncated")
    if not tag & 0x20:
        return data[offset:end], end
    items = []
    while offset < end:
        item, offset = parse_der_bounded(data, offset, depth + 1)
        items.append(item)
    return items, end


class ReplyParser:
    """Replies of a key-value server: an array says how many replies follow."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def read_reply(self):
        line = self.stream.readline()
        if not line.endswith(b"\r\n"):
            raise ParseError("truncated")
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return rest.decode()
        if kind == b":":
            return int(rest)
        if kind == b"*":
            return [self.read_reply() for _ in range(int(rest))]  # expect: recursion-on-input
        raise ParseError(line)


class BoundedReplyParser:
    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def read_reply(self, depth: int = 0):
        line = self.stream.readline()
        if not line.endswith(b"\r\n"):
            raise ParseError("truncated")
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return rest.decode()
        if kind == b"*":
            self.check_depth(depth)
            return [self.read_reply(depth + 1) for _ in range(int(rest))]
        raise ParseError(line)

    def check_depth(self, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise ParseError("nested too deeply")


class BoxReader:
    """Boxes of a media file. Only one level may hold others, so there is no recursion."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def read_boxes(self):
        boxes = []
        while header := self.stream.read(8):
            size, kind = struct.unpack(">I4s", header)
            boxes.append((kind, self.read_payload(size - 8)))
        return boxes

    def read_payload(self, size: int) -> bytes:
        return self.stream.read(size)
