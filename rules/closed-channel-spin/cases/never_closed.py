"""Queues that nobody shuts down."""

import asyncio
import logging
import queue

logger = logging.getLogger(__name__)


class Worker:
    def __init__(self) -> None:
        self.jobs: queue.Queue = queue.Queue()
        self.inbox: asyncio.Queue = asyncio.Queue()

    def run(self) -> None:
        while True:
            try:
                job = self.jobs.get()
                job()
            except Exception:
                logger.exception("job failed")

    async def run_async(self) -> None:
        while True:
            try:
                message = await self.inbox.get()
                logger.info("%s", message)
            except Exception:
                logger.exception("message failed")

    def take_waiting(self) -> object:
        """There is something to take: it was asked for."""
        while not self.inbox.empty():
            try:
                message = self.inbox.get_nowait()
                if message is not None:
                    return message
            except Exception:
                logger.exception("message failed")
        return None


class Stoppable:
    def __init__(self) -> None:
        self.orders: queue.Queue = queue.Queue()

    def stop(self) -> None:
        self.orders.shutdown()

    def run(self) -> None:
        while True:  # expect: closed-channel-spin
            try:
                job = self.orders.get()
                job()
            except Exception:
                logger.exception("job failed")
