"""Queues that can be shut down (Python 3.13) raise for ever afterwards."""

import asyncio
import queue


def drain(jobs: queue.Queue, seen: list) -> None:
    while True:  # expect: closed-channel-spin
        try:
            seen.append(jobs.get())
        except queue.ShutDown:
            continue


def drain_until_shut(jobs: queue.Queue, seen: list) -> None:
    while True:
        try:
            seen.append(jobs.get())
        except queue.ShutDown:
            return


async def drain_async(jobs: asyncio.Queue, seen: list) -> None:
    while True:  # expect: closed-channel-spin
        try:
            seen.append(await jobs.get())
        except asyncio.QueueShutDown:
            seen.clear()


async def drain_async_until_shut(jobs: asyncio.Queue, seen: list) -> None:
    try:
        while True:
            seen.append(await jobs.get())
    except asyncio.QueueShutDown:
        seen.clear()


def drain_polling(jobs: queue.Queue, seen: list) -> None:
    # An empty queue may fill again: this waits up to a second each time round.
    while True:
        try:
            seen.append(jobs.get(timeout=1))
        except queue.Empty:
            seen.clear()
