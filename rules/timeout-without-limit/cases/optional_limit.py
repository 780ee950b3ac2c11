"""Limits that hold where somebody asked for one, and lists that get shorter."""

import asyncio
import time

import requests


def post(url: str, job: dict, max_timeouts: int | None = None) -> str:
    """Class: the caller says how often, or that it may take for ever."""
    timeouts = 0
    while True:
        try:
            return requests.post(url, json=job, timeout=5).text
        except requests.Timeout:  # expect: timeout-without-limit/strict
            timeouts += 1
            if max_timeouts is not None and timeouts > max_timeouts:
                raise
            time.sleep(1)


async def follow(socket, job, timeout: float | None) -> str:
    """Class: a deadline that may be left out."""
    deadline = time.monotonic() + timeout if timeout else None
    while True:
        try:
            message = await asyncio.wait_for(socket.recv(), 10)
        except asyncio.TimeoutError:  # expect: timeout-without-limit/strict
            if deadline is not None and time.monotonic() >= deadline:
                raise
            continue
        if message == job:
            return message


def pop_first(addresses: list[tuple[str, int]]) -> None:
    del addresses[0]


async def connect(addresses: list[tuple[str, int]]):
    """Class: a helper takes what failed off the list that the loop walks."""
    while addresses:
        try:
            return await asyncio.wait_for(asyncio.open_connection(*addresses[0]), 5)
        except asyncio.TimeoutError:
            pop_first(addresses)
    raise ConnectionError


class Waiter:
    def __init__(self, session) -> None:
        self.session = session

    def wait(self, key: str, timeout: float | None) -> object:
        """Whoever gives a time gets a deadline."""
        deadline = time.time() + timeout if timeout is not None else 0
        while True:
            patience = 30.0
            if timeout is not None:
                left = deadline - time.time()
                if left <= 0:
                    break
                patience = min(left, patience)
            try:
                return self.ask(key, patience)
            except TimeoutError:  # expect: timeout-without-limit/strict
                pass
        raise TimeoutError(key)

    def ask(self, key: str, patience: float) -> object:
        return requests.get(key, timeout=patience)
