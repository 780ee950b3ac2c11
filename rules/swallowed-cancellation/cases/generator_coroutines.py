"""Before Python 3.8 a cancellation was an `Exception`, and from 3.11 on these coroutines no longer exist."""

import asyncio


class Retrier:
    def __init__(self, attempts: int) -> None:
        self.attempts = attempts

    @asyncio.coroutine
    def call(self, work):
        while True:
            try:
                return (yield from work())
            except Exception as error:  # expect: swallowed-cancellation/strict
                yield from self.give_up_or_wait(error)
            self.attempts -= 1

    @asyncio.coroutine
    def call_and_let_through(self, work):
        while True:
            try:
                return (yield from work())
            except asyncio.CancelledError:
                raise
            except Exception as error:
                yield from self.give_up_or_wait(error)
            self.attempts -= 1

    @asyncio.coroutine
    def call_and_ask(self, work):
        while True:
            try:
                return (yield from work())
            except Exception as error:
                if isinstance(error, asyncio.CancelledError):
                    raise
                yield from self.give_up_or_wait(error)
            self.attempts -= 1

    @asyncio.coroutine
    def give_up_or_wait(self, error):
        if self.attempts == 0:
            raise RuntimeError from error
        yield from asyncio.sleep(1)

    async def call_today(self, work):
        while True:
            try:
                return await work()
            except Exception as error:
                await self.give_up_or_wait(error)
            self.attempts -= 1
