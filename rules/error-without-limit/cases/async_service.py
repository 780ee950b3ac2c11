"""Coroutines that serve one connection after another request and swallow every error of the round."""

import asyncio
import logging

import aiohttp
import websockets

logger = logging.getLogger(__name__)


class Bridge:
    def __init__(self, url: str, sink: str) -> None:
        self.url = url
        self.sink = sink
        self.running = True
        self.errors = 0

    def stop(self) -> None:
        self.running = False

    async def forward(self, session: aiohttp.ClientSession) -> None:
        """When the web socket is closed, `recv` raises at once, for ever."""
        async with websockets.connect(self.url) as socket:
            while self.running:
                try:
                    message = await socket.recv()
                    await session.post(self.sink, data=message)
                except Exception as error:  # expect: error-without-limit/strict
                    logger.error("forwarding failed: %s", error)

    async def forward_in_helper(self, session: aiohttp.ClientSession) -> None:
        async with websockets.connect(self.url) as socket:
            while self.running:
                try:
                    await self.forward_one(socket, session)
                except Exception:  # expect: error-without-limit/strict
                    logger.exception("forwarding failed")

    async def forward_with_pause(self, session: aiohttp.ClientSession) -> None:
        async with websockets.connect(self.url) as socket:
            while self.running:
                try:
                    await self.forward_one(socket, session)
                except Exception:  # expect: error-without-limit/strict
                    logger.exception("forwarding failed")
                    await asyncio.sleep(1)

    async def forward_with_limit(self, session: aiohttp.ClientSession) -> None:
        async with websockets.connect(self.url) as socket:
            while self.running:
                try:
                    await self.forward_one(socket, session)
                    self.errors = 0
                except Exception:
                    logger.exception("forwarding failed")
                    if not self.may_go_on():
                        break

    async def forward_typed(self, session: aiohttp.ClientSession) -> None:
        """A closed connection leaves, what is left is known and expected."""
        async with websockets.connect(self.url) as socket:
            while self.running:
                try:
                    await self.forward_one(socket, session)
                except websockets.ConnectionClosed:
                    break
                except aiohttp.ClientResponseError as error:
                    logger.error("refused: %s", error)

    async def forward_in_iteration(self, session: aiohttp.ClientSession) -> None:
        """The iteration ends with the connection."""
        async with websockets.connect(self.url) as socket:
            async for message in socket:
                try:
                    await session.post(self.sink, data=message)
                except Exception:
                    logger.exception("forwarding failed")

    async def forward_and_store(self, session: aiohttp.ClientSession, done: asyncio.Future) -> None:
        """The error is handed on, and the loop test sees it."""
        async with websockets.connect(self.url) as socket:
            while not done.done():
                try:
                    await self.forward_one(socket, session)
                except Exception as error:
                    done.set_exception(error)

    def may_go_on(self) -> bool:
        self.errors += 1
        return self.errors < 10

    async def forward_one(self, socket, session: aiohttp.ClientSession) -> None:
        message = await socket.recv()
        await session.post(self.sink, data=message)
