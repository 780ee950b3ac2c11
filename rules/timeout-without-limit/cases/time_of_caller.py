"""Waits whose caller says how long they may take, and that begin anew when the time is over."""

import asyncio
import queue
import time


class Buffer:
    def __init__(self) -> None:
        self.data = b""
        self.changed = asyncio.Condition()

    async def changed_once(self) -> None:
        async with self.changed:
            await self.changed.wait()

    def has(self, size: int) -> bool:
        return len(self.data) >= size

    async def wait_for(self, size: int, expiration: float) -> None:
        timeout = max(expiration - time.time(), 0)
        while True:
            if self.has(size):
                return
            try:
                await asyncio.wait_for(self.changed_once(), timeout)
            except Exception:  # expect: timeout-without-limit/audit
                pass

    async def wait_at_most(self, size: int, timeout: float) -> None:
        while not self.has(size):
            try:
                await asyncio.wait_for(self.changed_once(), timeout)
            except asyncio.TimeoutError:  # expect: timeout-without-limit/audit
                continue

    async def wait_in_time(self, size: int, timeout: float) -> None:
        while not self.has(size):
            await asyncio.wait_for(self.changed_once(), timeout)

    async def wait_for_the_rest(self, size: int, expiration: float) -> None:
        while not self.has(size):
            left = expiration - time.time()
            if left <= 0:
                raise TimeoutError
            try:
                await asyncio.wait_for(self.changed_once(), left)
            except asyncio.TimeoutError:
                continue


class Worker:
    """The time is that between two looks at the flag."""

    def __init__(self) -> None:
        self.stopped = False
        self.jobs: queue.Queue = queue.Queue()

    def run(self, interval: float) -> None:
        while not self.stopped:
            try:
                job = self.jobs.get(timeout=interval)
            except queue.Empty:
                continue
            job()
