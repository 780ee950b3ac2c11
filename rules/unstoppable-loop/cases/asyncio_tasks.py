"""Tasks end by cancellation, if somebody keeps them and cancels them."""

import asyncio
import contextlib


class Session:
    """The heartbeat is started and forgotten, while the reader obeys the flag."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._closing = False

    async def open(self) -> None:
        asyncio.create_task(self._heartbeat())
        await self._read()

    def close(self) -> None:
        self._closing = True

    async def _read(self) -> None:
        while not self._closing:
            print(await self._reader.readexactly(16))

    async def _heartbeat(self) -> None:
        while True:  # expect: unstoppable-loop
            self._writer.write(b"\0")
            await asyncio.sleep(10)


class CancellingSession:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._closing = False
        self._task: asyncio.Task | None = None

    async def open(self) -> None:
        self._task = asyncio.create_task(self._heartbeat())
        await self._read()

    def close(self) -> None:
        self._closing = True
        if self._task is not None:
            self._task.cancel()

    async def _read(self) -> None:
        while not self._closing:
            print(await self._reader.readexactly(16))

    async def _heartbeat(self) -> None:
        while True:
            self._writer.write(b"\0")
            await asyncio.sleep(10)


async def report(counts: dict[str, int]) -> None:
    while True:  # expect: unstoppable-loop/strict
        print(counts)
        await asyncio.sleep(60)


async def report_in_a_group(counts: dict[str, int]) -> None:
    # The group cancels its tasks when it fails or is cancelled itself.
    while True:
        print(counts)
        await asyncio.sleep(60)


async def report_until_cancelled(counts: dict[str, int]) -> None:
    while True:
        print(counts)
        await asyncio.sleep(60)


async def serve(counts: dict[str, int], server: asyncio.Server) -> None:
    asyncio.ensure_future(report(counts))
    async with asyncio.TaskGroup() as group:
        group.create_task(report_in_a_group(counts))
    task = asyncio.create_task(report_until_cancelled(counts))
    try:
        await server.serve_forever()
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


class GroupedSession:
    """Class: the task is kept by a group of another library, which cancels it."""

    def __init__(self, reader: asyncio.StreamReader, group) -> None:
        self._reader = reader
        self._group = group
        self._closing = False

    async def open(self) -> None:
        await self._group.run(self._watch())
        await self._read()

    def close(self) -> None:
        self._closing = True

    async def _read(self) -> None:
        while not self._closing:
            print(await self._reader.readexactly(16))

    async def _watch(self) -> None:
        while True:  # expect: unstoppable-loop/strict
            await asyncio.sleep(10)
            print("still here")
