"""Waits that are bounded from outside."""

import asyncio
import socket

import async_timeout
import trio

socket.setdefaulttimeout(30)


class Client:
    async def connect(self, host: str) -> asyncio.StreamReader:
        async with asyncio.timeout(10):
            reader, _ = await asyncio.open_connection(host, 7000)
        return reader

    async def connect_with_old_library(self, host: str) -> asyncio.StreamReader:
        async with async_timeout.timeout(10):
            reader, _ = await asyncio.open_connection(host, 7000)
        return reader

    async def connect_with_other_loop(self, host: str) -> trio.SocketStream:
        with trio.fail_after(10):
            return await trio.open_tcp_stream(host, 7000)

    async def connect_in_task(self, host: str) -> asyncio.StreamReader:
        reader, _ = await asyncio.wait_for(self.connect_slowly(host), timeout=10)
        return reader

    async def connect_slowly(self, host: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Only ever run under the deadline of `connect_in_task`."""
        return await asyncio.open_connection(host, 7000)

    async def connect_without(self) -> asyncio.StreamReader:
        reader, _ = await asyncio.open_connection(self.host, 7001)  # expect: missing-timeout/strict
        return reader

    def connect_with_global_default(self, host: str) -> socket.socket:
        """The default of the module bounds what the call does not."""
        return socket.create_connection((host, 7000))
