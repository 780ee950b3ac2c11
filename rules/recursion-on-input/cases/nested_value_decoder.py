"""Decoders of nested lists and tables, one per kind of guard.

The shape of the field tables of a message broker, and of CBOR: a few kilobytes of opening bytes are a few thousand
frames of stack.
"""

import contextlib
import struct
from typing import BinaryIO

MAX_DEPTH = 64


class DecodeError(ValueError):
    """The bytes are no value."""


class TableDecoder:
    """No guard at all."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def decode_value(self):
        kind = self.stream.read(1)
        if kind == b"I":
            return struct.unpack(">i", self.stream.read(4))[0]
        if kind == b"A":
            return self.decode_list()  # expect: recursion-on-input
        if kind == b"F":
            return self.decode_table()
        raise DecodeError(kind)

    def decode_list(self):
        (count,) = struct.unpack(">I", self.stream.read(4))
        return [self.decode_value() for _ in range(count)]

    def decode_table(self):
        (count,) = struct.unpack(">I", self.stream.read(4))
        table = {}
        for _ in range(count):
            key = self.stream.read(1)
            table[key] = self.decode_value()
        return table


class UnchangedDepthDecoder:
    """The depth is passed on and compared, but nobody adds to it."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def decode_value(self, depth: int = 0):
        if depth > MAX_DEPTH:
            raise DecodeError("nested too deeply")
        kind = self.stream.read(1)
        if kind == b"I":
            return struct.unpack(">i", self.stream.read(4))[0]
        if kind == b"A":
            return self.decode_list(depth)  # expect: recursion-on-input
        raise DecodeError(kind)

    def decode_list(self, depth: int):
        (count,) = struct.unpack(">I", self.stream.read(4))
        return [self.decode_value(depth) for _ in range(count)]


class BypassedDepthDecoder:
    """Lists are guarded; a run of tags, one byte each, is not."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def decode_value(self, depth: int = 0):
        if depth > MAX_DEPTH:
            raise DecodeError("nested too deeply")
        kind = self.stream.read(1)
        if kind == b"I":
            return struct.unpack(">i", self.stream.read(4))[0]
        if kind == b"A":
            (count,) = struct.unpack(">I", self.stream.read(4))
            return [self.decode_value(depth + 1) for _ in range(count)]
        if kind == b"T":
            return self.decode_value(depth)  # expect: recursion-on-input
        raise DecodeError(kind)


class DepthDecoder:
    """A depth that grows and is compared."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def decode_value(self, depth: int = 0):
        if depth > MAX_DEPTH:
            raise DecodeError("nested too deeply")
        kind = self.stream.read(1)
        if kind == b"I":
            return struct.unpack(">i", self.stream.read(4))[0]
        if kind == b"A":
            return self.decode_list(depth + 1)
        raise DecodeError(kind)

    def decode_list(self, depth: int):
        (count,) = struct.unpack(">I", self.stream.read(4))
        return [self.decode_value(depth) for _ in range(count)]


class RemainingDepthDecoder:
    """The other way round: a budget that shrinks."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def decode_value(self, levels_left: int = MAX_DEPTH):
        if levels_left <= 0:
            raise DecodeError("nested too deeply")
        kind = self.stream.read(1)
        if kind == b"A":
            (count,) = struct.unpack(">I", self.stream.read(4))
            return [self.decode_value(levels_left - 1) for _ in range(count)]
        return kind


class FieldDepthDecoder:
    """The depth is a field that is stepped on the way in and out."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.depth = 0

    def decode_value(self):
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise DecodeError("nested too deeply")
        try:
            kind = self.stream.read(1)
            if kind == b"A":
                (count,) = struct.unpack(">I", self.stream.read(4))
                return [self.decode_value() for _ in range(count)]
            return kind
        finally:
            self.depth -= 1


class ManagedDepthDecoder:
    """The guard is a context manager."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.depth = 0

    @contextlib.contextmanager
    def nesting(self):
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise DecodeError("nested too deeply")
        yield
        self.depth -= 1

    def decode_value(self):
        kind = self.stream.read(1)
        if kind == b"A":
            (count,) = struct.unpack(">I", self.stream.read(4))
            with self.nesting():
                return [self.decode_value() for _ in range(count)]
        return kind


class StackDecoder:
    """No recursion: the open lists are on a list."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def decode_value(self):
        open_lists = []
        while True:
            kind = self.stream.read(1)
            if not kind:
                raise DecodeError("truncated")
            if kind == b"[":
                open_lists.append([])
                continue
            if kind == b"]":
                value = open_lists.pop()
            else:
                value = kind
            if not open_lists:
                return value
            open_lists[-1].append(value)


class TypedDecoder:
    """The next function is looked up by the byte that was read."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def decode(self):
        initial = self.stream.read(1)[0]
        decoder = MAJOR_DECODERS[initial >> 5]
        return decoder(self, initial & 31)  # expect: recursion-on-input

    def decode_number(self, subtype: int):
        return subtype

    def decode_array(self, subtype: int):
        return [self.decode() for _ in range(subtype)]

    def decode_tag(self, subtype: int):
        return subtype, self.decode()


MAJOR_DECODERS = {
    0: TypedDecoder.decode_number,
    4: TypedDecoder.decode_array,
    6: TypedDecoder.decode_tag,
}
