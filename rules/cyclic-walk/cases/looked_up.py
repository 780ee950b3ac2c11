"""Walks to what a value leads to."""


class Entry:
    def __init__(self, offset: int) -> None:
        self.offset = offset

    def next_in(self, data: bytes) -> "Entry | None":
        offset = int.from_bytes(data[self.offset : self.offset + 4], "big")
        return Entry(offset) if offset else None

    def length(self, data: bytes) -> int:
        return data[self.offset]


def last(first: Entry, data: bytes) -> Entry:
    entry: Entry = first
    while following := entry.next_in(data):  # expect: cyclic-walk/audit
        entry = following
    return entry


def last_of(first: Entry, data: bytes) -> Entry:
    entry: Entry = first
    left = len(data)
    while left > 0:
        following = entry.next_in(data)
        if following is None:
            break
        entry = following
        left -= 1
    return entry


def innermost(function):
    while hasattr(function, "__wrapped__"):  # expect: cyclic-walk/audit
        function = function.__wrapped__
    return function


def causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__
    return found
