"""Decoders that look their methods up by name, and that take tokens off a list."""

import struct
from operator import methodcaller
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


class TableParser:
    """The methods stand in a table that a subclass fills, by names that it puts together."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self._methods = {}

    def parse_item(self):
        kind = self.stream.read(1)
        return self._methods[kind]()  # expect: recursion-on-input


class FormParser(TableParser):
    KINDS = [b"l", b"n"]

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(stream)
        self._methods = {kind: getattr(self, "form_" + kind.decode()) for kind in self.KINDS}

    def form_l(self):
        count = self.stream.read(1)[0]
        if count > 100:
            raise ValueError("a list that is too long")
        return [self.parse_item() for _ in range(count)]

    def form_n(self):
        return self.stream.read(2)


class NamingParser:
    """A table of names of methods."""

    NAMES = {b"l": ("form_list", 1), b"n": ("form_number", 2)}

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def parse_item(self):
        name = self.NAMES[self.stream.read(1)][0]
        return getattr(self, name)()  # expect: recursion-on-input

    def form_list(self):
        count = self.stream.read(1)[0]
        if count > 100:
            raise ValueError("a list that is too long")
        return [self.parse_item() for _ in range(count)]

    def form_number(self):
        return self.stream.read(2)


class CallingParser:
    NAMES = {b"l": ["show_list", "parse_list"], b"n": ["show_number", "parse_number"]}

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def parse_item(self):
        kind = self.stream.read(1)
        return methodcaller(self.NAMES[kind][1])(self)  # expect: recursion-on-input

    def parse_list(self):
        count = self.stream.read(1)[0]
        if count > 100:
            raise ValueError("a list that is too long")
        return [self.parse_item() for _ in range(count)]

    def parse_number(self):
        return self.stream.read(2)


class FlatTableParser:
    """None of the methods whose names stand in the table comes back."""

    NAMES = {b"t": "text_form", b"n": "number_form"}

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def parse_items(self):
        if self.stream.read(1) == b"(":
            return self.parse_item()
        return None

    def parse_item(self):
        return getattr(self, self.NAMES[self.stream.read(1)])()

    def text_form(self):
        return self.stream.read(self.stream.read(1)[0])

    def number_form(self):
        return self.stream.read(2)
