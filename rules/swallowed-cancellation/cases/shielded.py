"""What must come to its end is waited for, and the cancellation is handed on then."""

import asyncio


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
