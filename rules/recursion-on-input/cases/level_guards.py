"""Guards that have no depth in their name: what is counted is given back, and one too many is refused."""

from typing import BinaryIO

MAX_GROUPS = 64


class ParseError(ValueError):
    """The bytes are no value."""


class GroupParser:
    """A helper counts what is open."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.open_groups = 0

    def enter(self) -> None:
        self.open_groups += 1
        if self.open_groups > MAX_GROUPS:
            raise ParseError("too many groups")

    def leave(self) -> None:
        self.open_groups -= 1

    def parse_group(self) -> list:
        self.enter()
        found = []
        while byte := self.stream.read(1):
            if byte == b"(":
                found.append(self.parse_group())
            elif byte == b")":
                break
        self.leave()
        return found


class CountingGroupParser:
    """Counts all that were there, and refuses none."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.groups = 0

    def enter(self) -> None:
        self.groups += 1

    def parse_group(self) -> list:
        self.enter()
        found = []
        while byte := self.stream.read(1):
            if byte == b"(":
                found.append(self.parse_group())  # expect: recursion-on-input
            elif byte == b")":
                return found
        raise ParseError("a group without an end")


class Open:
    """One more that is open, as long as the block lasts."""

    def __init__(self, parser: "ManagedParser") -> None:
        self.parser = parser

    def __enter__(self) -> None:
        if self.parser.open >= MAX_GROUPS:
            raise ParseError("too many groups")
        self.parser.open += 1

    def __exit__(self, *failure: object) -> None:
        self.parser.open -= 1


class ManagedParser:
    """The object of a `with` block refuses."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.open = 0

    def parse_value(self) -> list:
        with Open(self):
            kind = self.stream.read(1)
            return [self.parse_value()] if kind == b"[" else [kind]


class State:
    """Each level has one of its own, which is one deeper."""

    def __init__(self, parent: "State | None" = None) -> None:
        self.depth = parent.depth + 1 if parent else 0


class StateParser:
    """What the class of the state counts is compared here."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def parse_block(self, state: State) -> list:
        inner = State(state)
        kind = self.stream.read(1)
        if inner.depth > MAX_GROUPS:
            raise ParseError("nested too deeply")
        return [self.parse_block(inner)] if kind == b">" else [kind]


class PushbackParser:
    """Where it stands in the text is no number of levels, even where it may step back."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.offset = 0

    def advance(self) -> bytes:
        self.offset += 1
        if self.offset < 0:
            raise ParseError("before the beginning")
        return self.stream.read(1)

    def step_back(self) -> None:
        self.offset -= 1

    def parse_item(self) -> list:
        kind = self.advance()
        if not kind:
            raise ParseError("an item without a kind")
        return [self.parse_item()] if kind == b"[" else [kind]  # expect: recursion-on-input
