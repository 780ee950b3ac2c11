import asyncio
import collections
import time


class Inbox:
    def __init__(self):
        self.items = collections.deque()
        self.filled = asyncio.Event()

    def poll(self):
        if not self.items:
            return None
        return self.items.popleft()

    async def spins(self):
        while True:  # expect: loop-without-await/strict
            item = self.poll()
            if item is not None:
                return item

    async def waits(self):
        while True:
            item = self.poll()
            if item is not None:
                return item
            self.filled.clear()
            await self.filled.wait()


class Timer:
    def __init__(self, period):
        self.period = period
        self.last = time.monotonic()

    async def spins(self):
        while True:  # expect: loop-without-await/strict
            due = self.last + self.period
            now = time.monotonic()
            if now < due:
                continue
            self.last = now
            return

    async def sleeps(self):
        while True:
            due = self.last + self.period
            now = time.monotonic()
            if now < due:
                await asyncio.sleep(due - now)
                continue
            self.last = now
            return


async def works(items):
    total = 0
    index = 0
    while index < len(items):
        total += items[index]
        index += 1
    return total
