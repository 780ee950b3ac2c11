"""Cancellations that are taken for one of the task that is waited for, or for the end of what is generated."""

import asyncio
import logging

logger = logging.getLogger(__name__)


async def wait_for_task(task: asyncio.Task, timeout: float | None) -> None:
    try:
        if timeout:
            await asyncio.wait_for(task, timeout)
        else:
            await task
    except asyncio.TimeoutError:
        logger.warning("the task takes too long")
    except asyncio.CancelledError:  # expect: swallowed-cancellation/strict
        logger.info("the task was cancelled")


async def wait_or_raise(task: asyncio.Task) -> None:
    try:
        await task
    except asyncio.CancelledError:
        if not task.cancelled():
            raise
        logger.info("the task was cancelled")


async def stop_task(task: asyncio.Task) -> None:
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        logger.info("the task was cancelled")


async def clean_up(task: asyncio.Task) -> None:
    try:
        await task
    except asyncio.CancelledError:
        logger.info("cancelled")
        raise


async def repeat(step) -> None:
    """The step is a function, and no task of its own."""
    try:
        await step()
    except asyncio.CancelledError:
        logger.info("cancelled")


async def ticks(count: int):
    """Only the clean-up is guarded, and it ends the task itself."""
    ticking = asyncio.create_task(repeat(asyncio.sleep))
    try:
        for number in range(count):
            yield number
    finally:
        ticking.cancel()
        try:
            await ticking
        except asyncio.CancelledError:
            pass


class Feed:
    def __init__(self) -> None:
        self.queue: asyncio.Queue = asyncio.Queue()

    async def items(self):
        try:
            while True:
                item = await self.queue.get()
                if item is None:
                    return
                yield item
        except asyncio.CancelledError:  # expect: swallowed-cancellation/strict
            logger.info("nobody wants more items")

    async def items_or_failure(self):
        try:
            while True:
                item = await self.queue.get()
                if item is None:
                    return
                yield item
        except asyncio.CancelledError:
            logger.info("cancelled")
            raise

    async def run(self, sink) -> None:
        """The whole task ends with its cancellation."""
        try:
            while True:
                await sink.send(await self.queue.get())
        except asyncio.CancelledError:
            logger.info("the feed has ended")
