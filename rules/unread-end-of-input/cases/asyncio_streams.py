"""Stream readers of asyncio give b"" at the end at once, so such a loop never lets others run."""

import asyncio


async def read_reply(reader: asyncio.StreamReader) -> bytes:
    data = b""
    while True:  # expect: unread-end-of-input
        data += await reader.read(1024)
        if data.endswith(b"\r\n"):
            return data


async def read_reply_checked(reader: asyncio.StreamReader) -> bytes:
    data = b""
    while True:
        chunk = await reader.read(1024)
        if chunk == b"":
            raise ConnectionResetError("peer closed")
        data += chunk
        if data.endswith(b"\r\n"):
            return data


async def read_reply_in_time(reader: asyncio.StreamReader) -> bytes:
    # The timeout bounds one read, and at the end of the input no read ever waits.
    data = b""
    while not data.endswith(b"\r\n"):  # expect: unread-end-of-input
        data += await asyncio.wait_for(reader.read(1024), timeout=5)
    return data


async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:  # expect: unread-end-of-input
        data = await reader.read(65536)
        writer.write(data)


async def relay_until_closed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.write_eof()


async def skip_banner(reader: asyncio.StreamReader) -> None:
    line = await reader.readline()
    while line != b"READY\n":  # expect: unread-end-of-input
        line = await reader.readline()


async def skip_banner_to_end(reader: asyncio.StreamReader) -> None:
    while not reader.at_eof():
        line = await reader.readline()
        if line == b"READY\n":
            return


async def frames(reader: asyncio.StreamReader) -> list[bytes]:
    # readexactly raises IncompleteReadError at the end.
    found = []
    while True:
        header = await reader.readexactly(4)
        size = int.from_bytes(header, "big")
        if size == 0:
            return found
        found.append(await reader.readexactly(size))


async def until_separator(reader: asyncio.StreamReader) -> list[bytes]:
    found = []
    while True:
        line = await reader.readuntil(b"\n")
        if line == b".\n":
            return found
        found.append(line)


async def by_iteration(reader: asyncio.StreamReader) -> int:
    count = 0
    async for line in reader:
        if line == b"READY\n":
            break
        count += 1
    return count


class OldCoroutines:
    """Class: what a generator hands on to is asked by whoever runs it, and gives something else."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self.reader = reader
        self.is_open = True

    def read(self):
        while self.is_open:
            line = yield from self.reader.readline()
            if not line:
                break
            print(line)
