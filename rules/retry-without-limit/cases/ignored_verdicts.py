import asyncio


class Attempts:
    def __init__(self, most):
        self.most = most
        self.made = 0

    def failed(self):
        self.made += 1
        if self.made >= self.most:
            return None
        return 0.1 * self.made


async def ignored(attempts: Attempts, step):
    while True:
        if await step():
            return
        pause = attempts.failed()  # expect: retry-without-limit
        if pause is not None:
            await asyncio.sleep(0.5)


async def obeyed(attempts: Attempts, step):
    while True:
        if await step():
            return
        pause = attempts.failed()
        if pause is None:
            return
        await asyncio.sleep(pause)
