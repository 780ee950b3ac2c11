"""The read and the loop stand in different functions; the helper returns as if nothing had happened."""

import asyncio
from abc import ABC, abstractmethod
from enum import Enum


class State(Enum):
    CONNECTED = 1
    CLOSED = 2


class LineGateway:
    """Class: a gateway whose receive step drops the empty line of a closed connection."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._state = State.CONNECTED
        self._queue: asyncio.Queue = asyncio.Queue()

    def close(self) -> None:
        self._state = State.CLOSED

    async def _receive(self) -> None:
        line = await self._reader.readline()
        if line:
            self._queue.put_nowait(line)

    async def run(self) -> None:
        while self._state != State.CLOSED:  # expect: unread-end-of-input
            await self._receive()


class CheckedLineGateway:
    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._state = State.CONNECTED
        self._queue: asyncio.Queue = asyncio.Queue()

    def close(self) -> None:
        self._state = State.CLOSED

    async def _receive(self) -> None:
        line = await self._reader.readline()
        if not line:
            raise ConnectionError("connection closed by the gateway")
        self._queue.put_nowait(line)

    async def run(self) -> None:
        while self._state != State.CLOSED:
            await self._receive()


class Gateway(ABC):
    """One override that swallows the end is enough."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self.reader = reader
        self.closed = False
        self.messages: list[bytes] = []

    def close(self) -> None:
        self.closed = True

    @abstractmethod
    async def receive(self) -> None: ...

    async def loop(self) -> None:
        while not self.closed:  # expect: unread-end-of-input
            await self.receive()


class FrameGateway(Gateway):
    async def receive(self) -> None:
        self.messages.append(await self.reader.readexactly(13))


class TextGateway(Gateway):
    async def receive(self) -> None:
        data = await self.reader.read(100)
        if data != b"":
            self.messages.append(data)


def read_byte(stream) -> bytes:
    return stream.read(1)


def read_byte_checked(stream) -> bytes:
    byte = stream.read(1)
    if not byte:
        raise EOFError
    return byte


def skip_line(stream) -> None:
    while read_byte(stream) != b"\n":  # expect: unread-end-of-input
        pass


def skip_line_checked(stream) -> None:
    while read_byte_checked(stream) != b"\n":
        pass


class CountingReader:
    """What a base class calls on itself is the method of the class that the object has."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self.stream = stream
        self.count = 0

    def update(self, chunk: bytes) -> bytes:
        return chunk

    def read(self, size: int) -> bytes:
        chunk = self.stream.read(size)
        self.count += len(chunk)
        return self.update(chunk)


class HashingReader(CountingReader):
    def __init__(self, stream: io.BufferedReader, digest) -> None:
        super().__init__(stream)
        self.digest = digest

    def update(self, chunk: bytes) -> bytes:
        self.digest.update(chunk)
        return chunk


class RefusingReader(CountingReader):
    def update(self, chunk: bytes) -> bytes:
        if not chunk:
            raise EOFError
        return chunk


class Payload:
    def __init__(self, stream: io.BufferedReader, digest) -> None:
        self.hashed = HashingReader(stream, digest)
        self.refused = RefusingReader(stream)

    def read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:  # expect: unread-end-of-input
            data += self.hashed.read(size - len(data))
        return data

    def read_refused(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            data += self.refused.read(size - len(data))
        return data


class Lines:
    """A decoder that cannot do anything with nothing fails or not: both go on."""

    def __init__(self, stream: io.BufferedReader, decoder) -> None:
        self.stream = stream
        self.decoder = decoder
        self.closed = False
        self.messages: list = []

    def close(self) -> None:
        self.closed = True

    def run(self) -> None:
        while not self.closed:  # expect: unread-end-of-input
            line = self.stream.readline()
            try:
                message = self.decoder.decode_line(line)
            except Exception as error:
                print(error)
                continue
            self.messages.append(message)

    def run_until_failure(self) -> None:
        while not self.closed:  # expect: unread-end-of-input/strict
            line = self.stream.readline()
            message = self.decoder.decode_line(line)
            self.messages.append(message)


class TextLines(Gateway):
    """What a helper may do with an unknown answer does not matter, as long as it only goes on."""

    async def run(self) -> None:
        while not self.closed:  # expect: unread-end-of-input
            await self.take_line()

    async def take_line(self) -> None:
        data = await self.reader.readline()
        line = data.decode("utf-8", errors="ignore").strip()
        try:
            message = self.decoder.decode(line)
        except Exception as error:
            print(error)
            return
        if message is not None:
            self.messages.append(message)

    async def run_or_stop(self) -> None:
        while not self.closed:
            await self.take_line_or_stop()

    async def take_line_or_stop(self) -> None:
        data = await self.reader.readline()
        if self.is_last(data):
            raise ConnectionError
        self.messages.append(data)
