import asyncio
import logging
import random


class Failures:
    def __init__(self, most):
        self.most = most
        self.count = 0

    def failed(self):
        self.count += 1
        if self.count >= self.most:
            return None
        return 0.1 * 2**self.count


async def told(failures: Failures, step):
    while True:
        try:
            return await step()
        except OSError:
            pass
        delay = failures.failed()  # expect: retry-without-delay
        if delay is None:
            return None


async def computed(step):
    for_now = 0
    while for_now < 20:
        for_now += 1
        try:
            return await step()
        except OSError:
            backoff = random.uniform(0.1, 2.0)  # expect: retry-without-delay
            logging.info("again in %.1f s", backoff)


async def waited(failures: Failures, step):
    while True:
        try:
            return await step()
        except OSError:
            pass
        delay = failures.failed()
        if delay is None:
            return None
        await asyncio.sleep(delay)


async def handed_on(failures: Failures, step, scheduler):
    while True:
        try:
            return await step()
        except OSError:
            pass
        delay = failures.failed()
        if delay is None:
            return None
        await scheduler.later(delay)
