"""Clients that log in over and over, in coroutines and methods."""

import asyncio
import logging

import aiohttp
import websockets

logger = logging.getLogger(__name__)


class Feed:
    def __init__(self, url: str) -> None:
        self.url = url
        self.closed = asyncio.Event()
        self.max_attempts = 10

    async def close(self) -> None:
        self.closed.set()

    async def connect(self):
        while True:
            try:
                return await websockets.connect(self.url)
            except OSError as error:  # expect: retry-without-limit
                logger.warning("%s", error)
                await asyncio.sleep(5)

    async def connect_through_method(self):
        """The remote call is one function away."""
        while True:
            try:
                socket = await self.open_and_greet()
            except Exception as error:  # expect: retry-without-limit
                logger.warning("%s", error)
                await asyncio.sleep(5)
            else:
                return socket

    async def open_and_greet(self):
        socket = await websockets.connect(self.url)
        await socket.send("hello")
        return socket

    async def login(self, session: aiohttp.ClientSession, token: str) -> str:
        while True:
            try:
                async with session.post(self.url, json={"token": token}) as response:
                    response.raise_for_status()
                    return await response.text()
            except aiohttp.ClientError:  # expect: retry-without-limit
                await asyncio.sleep(5)

    async def connect_until_closed(self):
        while not self.closed.is_set():
            try:
                return await websockets.connect(self.url)
            except OSError as error:
                logger.warning("%s", error)
                await asyncio.sleep(5)
        return None

    async def connect_counted(self):
        attempt = 0
        while True:
            try:
                return await websockets.connect(self.url)
            except OSError:
                attempt += 1
                if attempt > self.max_attempts:
                    raise
                await asyncio.sleep(5)

    async def connect_or_stop(self):
        """`wait_for` on the stop signal is the delay and the way out."""
        while True:
            try:
                return await websockets.connect(self.url)
            except OSError:
                try:
                    await asyncio.wait_for(self.closed.wait(), timeout=5)
                    return None
                except asyncio.TimeoutError:
                    pass


async def subscribe(url: str):
    """Bounded where it is called."""
    return await asyncio.wait_for(subscribe_for_ever(url), timeout=60)


async def subscribe_for_ever(url: str):
    """Only ever run under the deadline of `subscribe`."""
    while True:
        try:
            return await websockets.connect(url)
        except OSError:
            await asyncio.sleep(1)
