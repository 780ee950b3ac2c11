"""A task that another method cancels: then that task was to end, and not the loop."""

import asyncio


class Prompt:
    def __init__(self) -> None:
        self.running: asyncio.Task | None = None
        self.watching: asyncio.Task | None = None

    def interrupt(self) -> None:
        if self.running:
            self.running.cancel()

    async def run(self, lines: asyncio.Queue) -> None:
        while True:
            line = await lines.get()
            self.running = asyncio.ensure_future(self.execute(line))
            try:
                await self.running
            except asyncio.CancelledError:
                print()

    async def watch(self, lines: asyncio.Queue) -> None:
        while True:
            line = await lines.get()
            self.watching = asyncio.ensure_future(self.execute(line))
            try:
                await self.watching
            except asyncio.CancelledError:  # expect: swallowed-cancellation
                print()

    async def execute(self, line: str) -> None:
        print(line)
