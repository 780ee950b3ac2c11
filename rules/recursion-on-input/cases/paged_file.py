"""A file of pages, of which the inner ones hold the numbers of others: only the name of one function speaks of reading.

So little is a sign for the strict group, and only where what was read decides that it goes deeper.
"""


class PagedFile:
    def __init__(self, raw: bytes, size: int) -> None:
        self.raw = raw
        self.size = size
        self.pos = 0

    def read(self, count: int) -> bytes:
        self.pos += count
        return self.raw[self.pos - count : self.pos]

    def read_int(self) -> int:
        return int.from_bytes(self.read(4), "big")

    def read_page(self, number: int) -> list[bytes]:
        self.pos = number * self.size
        kind = self.read(1)
        if kind == b"\x05":
            return self.inner_page()  # expect: recursion-on-input/strict
        return [self.read(self.read_int())]

    def inner_page(self) -> list[bytes]:
        rows = []
        for _ in range(self.read_int()):
            rows.extend(self.read_page(self.read_int()))
        return rows
