"""Decoders that look their methods up by name, and that take tokens off a list."""

import struct
from typing import BinaryIO


class MessageDecoder:
    """What was read names the method."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def decode(self):
        kind = self.stream.read(1).decode()
        handler = getattr(self, "decode_" + kind)
        return handler()  # expect: recursion-on-input

    def decode_i(self):
        return struct.unpack(">i", self.stream.read(4))[0]

    def decode_l(self):
        (count,) = struct.unpack(">I", self.stream.read(4))
        if count > 1 << 20:
            raise ValueError("a list that is too long")
        return [self.decode() for _ in range(count)]


class FlatDecoder:
    """The methods that may be meant read no value."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def decode_value(self):
        kind = self.stream.read(1).decode()
        return getattr(self, f"read_{kind}")()

    def read_i(self):
        return struct.unpack(">i", self.stream.read(4))[0]

    def read_s(self):
        return self.stream.read(self.stream.read(1)[0])


class DefinitionParser:
    """Every method is named like that: which ones may be meant is not told."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def parse_definition(self):
        kind = self.stream.read(8).decode()
        return getattr(self, f"parse_{kind}")()

    def parse_document(self):
        found = []
        while self.stream.read(1) == b"+":
            found.append(self.parse_definition())
        return found


def read_form(tokens: list[str]):
    """A parser that takes its tokens off the front."""
    token = tokens.pop(0)
    if token != "(":
        return token
    form = []
    while tokens[0] != ")":
        form.append(read_form(tokens))  # expect: recursion-on-input/strict
    tokens.pop(0)
    return form


def parse_element(node) -> dict:
    """The nodes were made from a document."""
    found = {"name": node.tag, "children": []}
    for child in node.children:
        if child.tag is None:
            raise ValueError("an element without a name")
        found["children"].append(parse_element(child))  # expect: recursion-on-input/strict
    return found
