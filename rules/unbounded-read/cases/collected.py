"""What is read piece by piece until a mark comes."""
import asyncio
import socket

LONGEST = 65536


class Lines:
    def __init__(self, reader: asyncio.StreamReader) -> None:
        self.reader = reader
        self.buffer = bytearray()

    async def next(self) -> bytes:
        while True:
            end = self.buffer.find(b"\n")
            if end >= 0:
                line = bytes(self.buffer[:end])
                del self.buffer[: end + 1]
                return line
            data = await asyncio.wait_for(self.reader.read(4096), timeout=5)  # expect: unbounded-read/strict
            if not data:
                raise EOFError
            self.buffer += data

    async def next_short(self) -> bytes:
        while True:
            end = self.buffer.find(b"\n")
            if end > LONGEST or len(self.buffer) > LONGEST:
                raise ValueError
            if end >= 0:
                line = bytes(self.buffer[:end])
                del self.buffer[: end + 1]
                return line
            data = await self.reader.read(4096)
            if not data:
                raise EOFError
            self.buffer += data


def head(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        data = connection.recv(4096)  # expect: unbounded-read/strict
        if not data:
            break
        head += data
    return head


def everything(connection: socket.socket) -> bytes:
    everything = b""
    while data := connection.recv(4096):
        everything += data
    return everything


def as_announced(connection: socket.socket, length: int) -> bytes:
    body = b""
    while len(body) < length:
        data = connection.recv(4096)
        if not data:
            raise EOFError
        body += data
    return body
