"""Coroutines that keep the thread of the event loop."""

import asyncio
import queue
import time
from time import sleep


class Sampler:
    """Class: a thread's loop was made a coroutine, and its sleep was not."""

    def __init__(self, device) -> None:
        self.device = device
        self.values: list[float] = []
        self.ready = False

    async def run(self) -> None:
        while True:
            self.values.append(self.device.sample())
            sleep(0.5)  # expect: loop-without-await/strict

    async def run_on_failure(self) -> None:
        while True:
            try:
                self.values.append(await self.device.sample())
            except OSError:
                time.sleep(5)  # fixme: expect: loop-without-await

    async def run_properly(self) -> None:
        while True:
            self.values.append(self.device.sample())
            await asyncio.sleep(0.5)

    async def settle(self) -> None:
        # One blocking sleep beside an await: rude, but others do run.
        while True:
            await self.device.settle()
            time.sleep(0.01)

    async def wait(self) -> None:
        while not self.ready:
            await asyncio.sleep(0.1)

    def run_in_thread(self) -> None:
        while True:
            self.values.append(self.device.sample())
            time.sleep(0.5)


async def drain(jobs: asyncio.Queue) -> None:
    while True:  # expect: loop-without-await/strict
        if jobs.empty():
            continue
        job = await jobs.get()
        print(job)


async def drain_fairly(jobs: asyncio.Queue) -> None:
    while True:
        if jobs.empty():
            await asyncio.sleep(0.1)
            continue
        job = await jobs.get()
        print(job)


async def count(limit: int) -> int:
    total = 0
    while total < limit:
        total += 1
    return total


async def take_from_thread(handle) -> None:
    jobs: queue.Queue = queue.Queue()
    while True:
        handle(jobs.get())  # expect: loop-without-await/strict


async def take_in_turn(jobs: asyncio.Queue, handle) -> None:
    pending: set = set()
    while True:
        pending.add(asyncio.create_task(jobs.get()))
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        handle(done)
