import asyncio


async def counts(attempt):
    number = 0
    while True:
        number += 1
        try:
            return await attempt()
        except (OSError, asyncio.CancelledError) as error:  # expect: swallowed-cancellation
            if number >= 5:
                raise RuntimeError("too many attempts") from error
        await asyncio.sleep(1.0)


async def tells_apart(attempt):
    number = 0
    while True:
        number += 1
        try:
            return await attempt()
        except (OSError, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) or number >= 5:
                raise
        await asyncio.sleep(1.0)
