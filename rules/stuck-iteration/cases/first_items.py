"""Queues whose first item is looked at and never taken."""
import asyncio
import collections


class Outbox:
    def __init__(self) -> None:
        self.lines: collections.deque[bytes] = collections.deque()
        self.pushed = asyncio.Event()

    def look(self) -> bytes | None:
        if not self.lines:
            return None
        return self.lines[0]

    def take(self) -> bytes | None:
        if not self.lines:
            return None
        return self.lines.popleft()

    def drop(self) -> None:
        self.lines.popleft()


class Writer:
    def __init__(self, writer: asyncio.StreamWriter, outbox: Outbox) -> None:
        self.writer = writer
        self.outbox = outbox

    async def write(self, line: bytes) -> None:
        self.writer.write(line)
        await self.writer.drain()

    async def flush(self, outbox: Outbox) -> None:
        while (line := outbox.look()) is not None:  # expect: stuck-iteration
            await self.write(line)

    async def flush_for_good(self, outbox: Outbox) -> None:
        while (line := outbox.take()) is not None:
            await self.write(line)

    async def flush_and_drop(self, outbox: Outbox) -> None:
        while (line := outbox.look()) is not None:
            await self.write(line)
            outbox.drop()

    async def flush_to_somebody(self, outbox: Outbox) -> None:
        while (line := outbox.look()) is not None:
            await self.write_and_drop(line)

    async def write_and_drop(self, line: bytes) -> None:
        await self.write(line)
        self.outbox.drop()

    async def wait_for_others(self, outbox: Outbox) -> None:
        while (line := outbox.look()) is not None:
            await self.write(line)
            await asyncio.sleep(1)

    async def ask(self, outbox: Outbox, handle) -> None:
        while (line := outbox.look()) is not None:
            await self.write(line)
            handle(line)
