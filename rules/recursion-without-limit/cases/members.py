"""Two halves of one cycle: the search for a name, and for its wildcard."""


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
