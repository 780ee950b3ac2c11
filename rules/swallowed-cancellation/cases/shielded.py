"""What must come to its end is waited for, and the cancellation is handed on then."""

import asyncio
import contextlib


async def close(session) -> None:
    task = asyncio.ensure_future(session.close())
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            try:
                await asyncio.shield(task)
            except asyncio.CancelledError:
                continue
        raise


async def wait_ignoring_cancellation(future: asyncio.Future) -> None:
    """Class: the loop ends with what it waits for."""
    while not future.done():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait({future})


async def services(device) -> object:
    """Class: one of those that were cancelled together."""
    while True:
        changed = asyncio.create_task(device.changed())
        getting = asyncio.create_task(device.services())
        _, pending = await asyncio.wait([changed, getting], return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        if not device.has_changed:
            return getting.result()
        try:
            await getting
        except asyncio.CancelledError:
            pass
