"""Writes without a deadline where the file has deadlines for its peers."""
import asyncio


class Writer:
    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer

    async def greet(self) -> None:
        self.writer.write(b"hello\n")
        await asyncio.wait_for(self.writer.drain(), timeout=10)

    async def write(self, line: bytes) -> None:
        self.writer.write(line)
        await self.writer.drain()  # expect: missing-timeout/strict

    async def write_all(self, lines: list[bytes]) -> None:
        async with asyncio.timeout(10):
            for line in lines:
                self.writer.write(line)
                await self.writer.drain()
