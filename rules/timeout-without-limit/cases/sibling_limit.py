"""One handler of the loop compares the number of attempts, the one for timeouts does not.

The shape of a bot framework's polling loop: with a server that accepts connections and never answers, start-up hung for
ever although a maximum of retries was set.
"""

import asyncio
import logging

import aiohttp

logger = logging.getLogger(__name__)


class BotError(Exception):
    """The server refused the request."""


class PollTimeout(BotError):
    """The server did not answer in time."""


class Poller:
    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session = session
        self.url = url
        self.running = True

    def shutdown(self) -> None:
        self.running = False

    async def get_updates(self) -> list:
        try:
            async with self.session.get(self.url, timeout=aiohttp.ClientTimeout(total=10)) as response:
                return await response.json()
        except asyncio.TimeoutError as error:
            raise PollTimeout("no answer") from error
        except aiohttp.ClientError as error:
            raise BotError("no answer") from error

    async def bootstrap(self, max_retries: int) -> list:
        retries = 0
        interval = 0.0
        while self.running:
            try:
                return await self.get_updates()
            except PollTimeout:  # expect: timeout-without-limit
                logger.debug("timed out, trying again at once")
                interval = 0.0
            except BotError:
                if retries >= max_retries:
                    raise
                interval = min(30.0, 1.0 + 1.5 * interval)
            finally:
                retries += 1
            if interval:
                await asyncio.sleep(interval)
        return []

    async def bootstrap_bounded(self, max_retries: int) -> list:
        retries = 0
        interval = 0.0
        while self.running:
            try:
                return await self.get_updates()
            except PollTimeout:
                if retries >= max_retries:
                    raise
                interval = 0.0
            except BotError:
                if retries >= max_retries:
                    raise
                interval = min(30.0, 1.0 + 1.5 * interval)
            finally:
                retries += 1
            if interval:
                await asyncio.sleep(interval)
        return []

    async def bootstrap_bounded_by_helper(self, max_retries: int) -> list:
        """As the framework was repaired: both handlers ask the same function."""
        retries = 0
        interval = 0.0

        def exhausted(reason: str) -> bool:
            if retries < max_retries:
                logger.debug("%s, attempt %d of %d", reason, retries, max_retries)
                return False
            logger.error("%s, giving up", reason)
            return True

        while self.running:
            try:
                return await self.get_updates()
            except PollTimeout:
                if exhausted("timed out"):
                    raise
                interval = 0.0
            except BotError:
                if exhausted("failed"):
                    raise
                interval = min(30.0, 1.0 + 1.5 * interval)
            finally:
                retries += 1
            if interval:
                await asyncio.sleep(interval)
        return []
