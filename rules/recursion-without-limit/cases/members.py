"""Two halves of one cycle: the search for a name, and for its wildcard. And methods that ask others of their name."""

import json


class Zone:
    def __init__(self, records: dict[str, str]) -> None:
        self.records = records

    def lookup(self, name: str) -> str | None:
        found = self.records.get(name)
        if found is None:
            return self.lookup_wildcard(name)  # expect: recursion-without-limit/audit
        return found

    def lookup_wildcard(self, name: str) -> str | None:
        if name.startswith("*"):
            return None
        return self.lookup("*." + name.partition(".")[2])  # expect: recursion-without-limit/audit


class Unbuffered:
    """What it wraps has the same methods."""

    def __init__(self, inner) -> None:
        self.inner = inner

    def flush(self) -> None:
        self.inner.flush()

    def write(self, data: bytes) -> int:
        return self.inner.stream.write(data)


class Encoder(json.JSONEncoder):
    def default(self, o: object) -> object:
        if isinstance(o, bytes):
            return o.hex()
        return super().default(o)


class Sum:
    def __init__(self, left, right) -> None:
        self.left = left
        self.right = right

    def total(self) -> int:
        return self.left.total() + self.right.total()  # expect: recursion-without-limit/audit


class Folder:
    def __init__(self, entries) -> None:
        self.entries = entries

    def size(self) -> int:
        return sum(entry.size() for entry in self.entries)  # expect: recursion-without-limit/audit
