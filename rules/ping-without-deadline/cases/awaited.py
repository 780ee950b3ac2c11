"""Heartbeats of web sockets and the wait for their answers."""

import asyncio

import websockets


class Link:
    """Class: the link to a sleeping laptop is checked by a task that sleeps as well."""

    def __init__(self, websocket: websockets.ClientConnection) -> None:
        self.websocket = websocket

    async def check(self) -> None:
        while True:
            waiter = await self.websocket.ping()
            await waiter  # expect: ping-without-deadline
            await asyncio.sleep(5)

    async def check_in_time(self) -> None:
        while True:
            async with asyncio.timeout(10):
                waiter = await self.websocket.ping()
                await waiter
            await asyncio.sleep(5)

    async def check_or_leave(self) -> None:
        while True:
            waiter = await self.websocket.ping()
            try:
                await asyncio.wait_for(waiter, 10)
            except TimeoutError:
                return
            await asyncio.sleep(5)
