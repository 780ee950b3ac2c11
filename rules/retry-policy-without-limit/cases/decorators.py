"""Retry libraries of Python: what bounds them, and what only looks as if it did."""

import backoff
import retry
import retrying
import stamina
import tenacity
from tenacity import retry_if_exception_type, stop_after_delay, stop_never
from urllib3.util import Retry

OPTIONS = {"stop": stop_after_delay(30)}


@tenacity.retry(retry=retry_if_exception_type(OSError), wait=tenacity.wait_random_exponential(max=60))  # expect: retry-policy-without-limit
def by_type() -> None: ...


@tenacity.retry(stop=stop_never, reraise=True)  # expect: retry-policy-without-limit
def never() -> None: ...


@tenacity.retry(stop=stop_after_delay(30) | tenacity.stop_after_attempt(4))
def bounded() -> None: ...


@tenacity.retry(**OPTIONS)
def spread() -> None: ...


class Client:
    """Class: a host name with a typing error is looked up for ever."""

    @backoff.on_predicate(backoff.fibo, lambda answer: answer is None)  # expect: retry-policy-without-limit
    def ask(self) -> str | None: ...

    @backoff.on_exception(backoff.expo, OSError, max_tries=8)
    def ask_eight_times(self) -> None: ...

    @backoff.on_exception(backoff.expo, OSError, max_tries=None)  # expect: retry-policy-without-limit
    def ask_for_ever(self) -> None: ...

    @retrying.retry(wait_fixed=2000)  # expect: retry-policy-without-limit
    def old(self) -> None: ...

    @retrying.retry(stop_max_attempt_number=7)
    def old_bounded(self) -> None: ...

    @retry.retry(OSError, tries=-1, delay=2)  # expect: retry-policy-without-limit
    def below_zero(self) -> None: ...

    @retry.retry(OSError, tries=3, delay=2)
    def three_times(self) -> None: ...

    @stamina.retry(on=OSError)
    def bounded_by_default(self) -> None: ...

    @stamina.retry(on=OSError, attempts=None, timeout=None)  # expect: retry-policy-without-limit/strict
    def unbounded(self) -> None: ...

    @stamina.retry(on=OSError, attempts=None)
    def bounded_by_time(self) -> None: ...


async def loop(work) -> None:
    async for attempt in tenacity.AsyncRetrying(wait=tenacity.wait_fixed(1)):  # expect: retry-policy-without-limit
        with attempt:
            await work()


def adapters() -> list[Retry]:
    return [
        Retry(3),
        Retry(connect=5),
        Retry(total=None, connect=5),
        Retry(total=None),  # expect: retry-policy-without-limit/strict
        Retry(),
    ]


async def loop_of_submodule(work) -> None:
    from tenacity.asyncio import AsyncRetrying

    async for attempt in AsyncRetrying(stop=stop_never):  # expect: retry-policy-without-limit
        with attempt:
            await work()


def is_write_conflict(error: Exception) -> bool:
    return isinstance(error, WriteConflict)


class WriteConflict(Exception):
    """Another writer was faster."""


@retrying.retry(retry_on_exception=is_write_conflict, wait_fixed=100)  # expect: retry-policy-without-limit/strict
def update_the_state(state: str) -> None: ...


@tenacity.retry(retry=tenacity.retry_if_exception(is_write_conflict), wait=tenacity.wait_fixed(1))  # expect: retry-policy-without-limit/strict
def update_the_state_too(state: str) -> None: ...


@tenacity.retry(retry=tenacity.retry_if_exception_type(OSError), wait=tenacity.wait_fixed(1))  # expect: retry-policy-without-limit
def connect_for_ever() -> None: ...


def logged(function):
    return function


@tenacity.retry(stop=tenacity.stop_after_attempt(3))
@logged
def above_another_three_times(self) -> None: ...


@tenacity.retry
@logged
def above_another_for_ever(self) -> None: ...  # expect: retry-policy-without-limit
