"""A method of one's own that writes, in the handler of its own failure."""
import asyncio


class Writer:
    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer

    async def write(self, line: bytes) -> None:
        self.writer.write(line)
        await asyncio.wait_for(self.writer.drain(), timeout=10)

    async def says_bye(self, line: bytes) -> None:
        try:
            await self.write(line)
        except ConnectionResetError:
            await self.write(b"bye\n")  # expect: write-after-disconnect

    async def tells_another(self, line: bytes, other: "Writer") -> None:
        try:
            await self.write(line)
        except ConnectionResetError:
            await other.write(b"it is gone\n")

    async def tries(self, line: bytes) -> None:
        try:
            await self.write(line)
        except ConnectionResetError:
            try:
                await self.write(b"bye\n")
            except OSError:
                pass
