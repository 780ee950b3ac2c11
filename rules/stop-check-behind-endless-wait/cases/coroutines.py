"""The same in coroutines: an event that nobody waits for together with the work."""

import asyncio


class Consumer:
    def __init__(self) -> None:
        self._jobs: asyncio.Queue = asyncio.Queue()
        self._stop = asyncio.Event()

    def stop(self) -> None:
        self._stop.set()

    async def run(self) -> None:
        while not self._stop.is_set():  # fixme: expect: stop-check-behind-endless-wait/strict
            job = await self._jobs.get()
            await job()

    async def run_with_timeout(self) -> None:
        while not self._stop.is_set():
            try:
                job = await asyncio.wait_for(self._jobs.get(), timeout=1)
            except TimeoutError:
                continue
            await job()

    async def run_in_scope(self) -> None:
        while not self._stop.is_set():
            try:
                async with asyncio.timeout(1):
                    job = await self._jobs.get()
            except TimeoutError:
                continue
            await job()


class CancelledConsumer:
    """Cancelling the task ends the wait."""

    def __init__(self) -> None:
        self._jobs: asyncio.Queue = asyncio.Queue()
        self._closing = False
        self._task: asyncio.Task | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    def stop(self) -> None:
        self._closing = True
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while not self._closing:
            job = await self._jobs.get()
            await job()


class SentinelConsumer:
    def __init__(self) -> None:
        self._jobs: asyncio.Queue = asyncio.Queue()
        self._closing = False

    def stop(self) -> None:
        self._closing = True
        self._jobs.put_nowait(None)

    async def run(self) -> None:
        while not self._closing:
            job = await self._jobs.get()
            if job is None:
                break
            await job()
