"""One failure is counted, if a limit was given; another goes round at once. Class: a bot that retries without a pause
whenever a request times out."""

import asyncio


class NetworkError(Exception):
    pass


async def retry(action, max_retries: int) -> None:
    async def attempt() -> None:
        task = asyncio.create_task(action())
        await asyncio.wait((task,))
        task.result()

    retries = 0
    while True:
        try:
            await attempt()
            return
        except asyncio.TimeoutError:  # expect: limit-never-reached/strict
            pause = 0
        except NetworkError:
            if max_retries < 0 or retries < max_retries:
                pause = 1
            else:
                raise
        finally:
            retries += 1
        if pause:
            await asyncio.sleep(pause)


async def retry_both(action, max_retries: int) -> None:
    async def attempt() -> None:
        task = asyncio.create_task(action())
        await asyncio.wait((task,))
        task.result()

    retries = 0
    while True:
        try:
            await attempt()
            return
        except (asyncio.TimeoutError, NetworkError):
            if max_retries < 0 or retries < max_retries:
                await asyncio.sleep(1)
            else:
                raise
        finally:
            retries += 1
