import asyncio
import collections
import time


class Inbox:
    def __init__(self):
        self.items = collections.deque()
        self.full = False

    async def gives_way(self):
        while True:  # expect: busy-wait
            if self.items:
                return self.items.popleft()
            await asyncio.sleep(0)

    def sleeps_for_nothing(self):
        while self.full:  # expect: busy-wait
            time.sleep(0)

    async def gives_way_while_it_works(self):
        while self.items:
            print(self.items.popleft())
            await asyncio.sleep(0)


async def lets_a_cancellation_in(scope):
    while scope:
        if scope.cancel_called:
            await asyncio.sleep(0)
        else:
            scope = scope.parent


class Speeches:
    def __init__(self) -> None:
        self.current = None
        self.others: list = []

    async def wait_for_all(self, own) -> None:
        """Another way awaits what the loop asks for; this one lets the next task clear it."""
        while self.current or self.others:
            if self.current and not self.current.done() and self.current is not own:
                await self.current
            else:
                await asyncio.sleep(0)
