"""Ways round on which every test reads what the way leaves as it is."""


class Buffered:
    def __init__(self, source) -> None:
        self.source = source
        self.buffer = b""

    def fetch(self) -> None:
        self.buffer += self.source.next_block()

    def take(self, size: int | None) -> bytes:
        data = b""
        while True:  # expect: stuck-iteration/audit
            if size and len(data) >= size:
                return data
            if not self.buffer:
                self.fetch()
                if not self.buffer:
                    return data
            if size:
                rest = size - len(data)
                data += self.buffer[:rest]
                self.buffer = self.buffer[rest:]
            else:
                data += self.buffer

    def take_all(self, size: int | None) -> bytes:
        data = b""
        while True:
            if size and len(data) >= size:
                return data
            if not self.buffer:
                self.fetch()
                if not self.buffer:
                    return data
            if size:
                rest = size - len(data)
                data += self.buffer[:rest]
                self.buffer = self.buffer[rest:]
            else:
                data += self.buffer
                self.buffer = b""


class Queue:
    def __init__(self, order: list[str]) -> None:
        self.order = order
        self.players: dict[str, str] = {}

    def player_of(self, item: str) -> str | None:
        return self.players.get(item)

    def after(self, item: str) -> str | None:
        at = self.order.index(item) + 1
        return self.order[at] if at < len(self.order) else None

    def first_that_plays(self, item: str | None) -> str | None:
        while item:  # expect: stuck-iteration/audit
            player = self.player_of(item)
            if not player:
                continue
            if player.startswith("!"):
                return item
            item = self.after(item)
        return None

    def first_that_may_play(self, item: str | None) -> str | None:
        while item:
            player = self.player_of(item)
            if player and player.startswith("!"):
                return item
            item = self.after(item)
        return None


def drained(pending: list[int], limit: int) -> int:
    total = 0
    while pending:
        if total > limit:
            pending.clear()
            continue
        total += pending.pop()
    return total
