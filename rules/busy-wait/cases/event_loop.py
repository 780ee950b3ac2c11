"""In a coroutine a busy wait also keeps the code from running that would end it."""

import asyncio


class Link:
    def __init__(self) -> None:
        self.connected = False
        self._connected = asyncio.Event()

    def connection_made(self) -> None:
        self.connected = True
        self._connected.set()

    async def wait(self) -> None:
        while not self.connected:  # expect: busy-wait
            pass

    async def wait_with_sleep(self) -> None:
        while not self.connected:
            await asyncio.sleep(0.05)

    async def wait_properly(self) -> None:
        await asyncio.wait_for(self._connected.wait(), timeout=5)

    async def wait_for_task(self, task: asyncio.Task) -> None:
        while not task.done():  # expect: busy-wait
            pass

    async def wait_for_task_properly(self, task: asyncio.Task) -> None:
        while not task.done():
            await asyncio.wait({task}, timeout=1)
