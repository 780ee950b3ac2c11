import asyncio


class Failures:
    def __init__(self, most):
        self.most = most
        self.count = 0

    def failed(self):
        self.count += 1
        if self.count >= self.most:
            return None
        return 0.1 * 2**self.count


async def made_anew(open_link):
    while True:
        failures = Failures(5)
        try:
            return await open_link()
        except OSError:
            pass
        delay = failures.failed()  # expect: limit-never-reached
        if delay is None:
            return None
        await asyncio.sleep(delay)


async def made_once(open_link):
    failures = Failures(5)
    while True:
        try:
            return await open_link()
        except OSError:
            pass
        delay = failures.failed()
        if delay is None:
            return None
        await asyncio.sleep(delay)


async def made_for_each(links):
    while links:
        failures = Failures(5)
        link = links.pop()
        while not await link.open():
            delay = failures.failed()
            if delay is None:
                break
            await asyncio.sleep(delay)


async def set_anew(reader: asyncio.StreamReader, clock):
    while True:
        deadline = clock.time() + 5.0
        try:
            return await asyncio.wait_for(reader.readline(), timeout=1.0)
        except asyncio.TimeoutError:
            if clock.time() > deadline:
                return None
