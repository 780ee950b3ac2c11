"""Channels of asynchronous libraries: the closed case is an exception that comes at once."""

import anyio
import trio
from anyio.streams.memory import MemoryObjectReceiveStream
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed


async def consume(stream: MemoryObjectReceiveStream, seen: list) -> None:
    while True:  # expect: closed-channel-spin
        try:
            item = await stream.receive()
        except anyio.EndOfStream:
            continue
        seen.append(item)


async def consume_until_closed(stream: MemoryObjectReceiveStream, seen: list) -> None:
    while True:
        try:
            item = await stream.receive()
        except anyio.EndOfStream:
            return
        seen.append(item)


async def consume_by_iteration(stream: MemoryObjectReceiveStream, seen: list) -> None:
    async for item in stream:
        seen.append(item)


async def consume_trio(channel: trio.MemoryReceiveChannel, seen: list) -> None:
    while True:  # expect: closed-channel-spin
        try:
            seen.append(await channel.receive())
        except (trio.EndOfChannel, trio.ClosedResourceError):
            seen.clear()


async def listen(websocket: ClientConnection, seen: list) -> None:
    while True:  # expect: closed-channel-spin
        try:
            seen.append(await websocket.recv())
        except ConnectionClosed:
            print("connection closed")


async def listen_until_closed(websocket: ClientConnection, seen: list) -> None:
    while True:
        try:
            seen.append(await websocket.recv())
        except ConnectionClosed:
            print("connection closed")
            break


async def listen_with_pause(websocket: ClientConnection, seen: list) -> None:
    # It never ends, but it does not spin.
    while True:
        try:
            seen.append(await websocket.recv())
        except ConnectionClosed:
            await anyio.sleep(1)


async def listen_and_reconnect(url: str, seen: list) -> None:
    # The next round has another connection.
    while True:
        async with connect(url) as websocket:
            try:
                seen.append(await websocket.recv())
            except ConnectionClosed:
                continue
