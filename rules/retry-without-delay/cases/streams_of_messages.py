"""Clients that walk the messages of a connection: the items are those of the connection, not of opening it."""

import asyncio
import logging

import aiohttp
import websockets

logger = logging.getLogger(__name__)


async def follow(address):
    while True:
        try:
            async with websockets.connect(address) as feed:
                async for message in feed:
                    print(message)
        except Exception:  # expect: retry-without-delay
            logger.exception("the feed is gone")


async def follow_in_session(address):
    while True:
        try:
            async with aiohttp.ClientSession() as session, session.ws_connect(address) as feed:
                async for message in feed:
                    print(message.data)
        except aiohttp.ClientError as error:  # expect: retry-without-delay
            logger.warning("%s", error)


async def follow_with_pause(address):
    while True:
        try:
            async with websockets.connect(address) as feed:
                async for message in feed:
                    print(message)
        except Exception:
            logger.exception("the feed is gone")
            await asyncio.sleep(5)


async def follow_by_library(address):
    """Walking what opens connections leaves trying again, and the pauses, to the library."""
    while True:
        try:
            async for feed in websockets.connect(address):
                print(await feed.recv())
        except OSError:
            logger.warning("the feed is gone")
