import asyncio
import enum
import time


class State(enum.Enum):
    PING = 1
    LOST = 2


class Watcher:
    def __init__(self):
        self.heard = time.monotonic()

    async def next(self):
        await asyncio.sleep(5.0)
        if time.monotonic() - self.heard > 20.0:
            return State.LOST
        return State.PING


class Link:
    def __init__(self, watcher: Watcher, out):
        self.watcher = watcher
        self.out = out

    async def ignores(self):
        while True:
            await self.watcher.next()  # expect: ping-without-deadline
            self.out.append("ping")

    async def looks(self):
        while await self.watcher.next() is State.PING:
            self.out.append("ping")
