"""Loops in coroutines, and what their handlers do with a cancellation."""

import asyncio
import contextlib
import logging

logger = logging.getLogger(__name__)


class KeepAlive:
    """Class: the supervisor cancels the task, the loop logs a timeout and checks on."""

    def __init__(self, client, interval: float) -> None:
        self.client = client
        self.interval = interval
        self.running = False
        self.state = "unknown"
        self.error: BaseException | None = None

    async def run(self) -> None:
        self.running = True
        while self.running:
            try:
                self.state = await self.client.read_state()
            except ConnectionError:
                self.state = "lost"
            except (TimeoutError, asyncio.CancelledError):  # expect: swallowed-cancellation
                logger.warning("no answer")
                self.state = "silent"
            await asyncio.sleep(self.interval)

    async def run_bare(self) -> None:
        while True:
            try:
                await self.client.read_state()
            except:  # expect: swallowed-cancellation
                logger.exception("failed")

    async def run_base(self) -> None:
        while True:
            try:
                await self.client.read_state()
            except BaseException as error:  # expect: swallowed-cancellation
                logger.error("failed: %s", error)

    async def listen(self, stream) -> None:
        while True:
            try:
                async for message in stream:
                    logger.info("%s", message)
            except asyncio.CancelledError:  # expect: swallowed-cancellation
                logger.info("stream was cancelled, listening again")

    async def run_until_flag(self) -> None:
        self.running = True
        while self.running:
            try:
                await self.client.read_state()
            except asyncio.CancelledError:
                self.running = False

    async def run_until_break(self) -> None:
        while True:
            try:
                await self.client.read_state()
            except asyncio.CancelledError:
                break
            except BaseException:
                logger.exception("failed")

    async def run_and_keep(self) -> None:
        while self.error is None:
            try:
                await self.client.read_state()
            except BaseException as error:
                self.error = error

    async def run_plain(self) -> None:
        while True:
            try:
                await self.client.read_state()
            except Exception:
                logger.exception("failed")
            await asyncio.sleep(1)

    async def restart(self, make_task) -> None:
        while self.running:
            task = make_task()
            await asyncio.sleep(self.interval)
            task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                logger.info("restarting")

    async def no_await_inside(self) -> None:
        while self.running:
            try:
                self.state = self.client.cached_state()
            except:
                self.state = "unknown"
            await asyncio.sleep(self.interval)

    async def acquire_again(self, lock: asyncio.Lock) -> None:
        # The lock is to be held whatever comes; the cancellation is raised after that.
        cancelled = False
        while True:
            try:
                await lock.acquire()
                break
            except asyncio.CancelledError:
                cancelled = True
        if cancelled:
            raise asyncio.CancelledError

    async def suppressed(self) -> None:
        while self.running:
            with contextlib.suppress(asyncio.CancelledError):  # expect: swallowed-cancellation
                await self.client.read_state()
