"""Functions that call themselves with what they were given: what was true the first time is true for ever."""

import asyncio
import urllib.parse


def normalise(path: str) -> str:
    if path.endswith("/"):
        return normalise(path)  # expect: endless-recursion
    return path


def normalise_shorter(path: str) -> str:
    if path.endswith("/"):
        return normalise_shorter(path[:-1])
    return path


def clamp(value: int) -> int:
    if value < 0:
        return clamp(value)  # expect: endless-recursion
    return min(value, 100)


def clamp_positive(value: int) -> int:
    if value < 0:
        return clamp_positive(-value)
    return min(value, 100)


def collatz(number: int) -> int:
    """Every way calls again."""
    if number % 2 == 0:
        return collatz(number // 2)  # expect: endless-recursion
    return collatz(3 * number + 1)


def collatz_to_one(number: int) -> int:
    if number == 1:
        return 0
    if number % 2 == 0:
        return 1 + collatz_to_one(number // 2)
    return 1 + collatz_to_one(3 * number + 1)


def ping(count: int) -> int:
    return pong(count)  # expect: endless-recursion


def pong(count: int) -> int:
    return ping(count)


def even(count: int) -> bool:
    return True if count == 0 else odd(count - 1)


def odd(count: int) -> bool:
    return False if count == 0 else even(count - 1)


class Resolver:
    def __init__(self) -> None:
        self.entries: dict[str, str] = {}

    def resolve(self, name: str) -> str:
        """Meant to fetch what is missing first."""
        if name not in self.entries:
            return self.resolve(name)  # expect: endless-recursion
        return self.entries[name]

    def resolve_fetched(self, name: str) -> str:
        if name not in self.entries:
            self.entries[name] = urllib.parse.quote(name)
            return self.resolve_fetched(name)
        return self.entries[name]

    def resolve_after_refresh(self, name: str) -> str:
        if name not in self.entries:
            self.refresh()
            return self.resolve_after_refresh(name)
        return self.entries[name]

    def refresh(self) -> None:
        self.entries["localhost"] = "127.0.0.1"

    async def resolve_later(self, name: str) -> str:
        await asyncio.sleep(1)
        return await self.resolve_later(name)  # expect: endless-recursion

    def resolve_reading(self, name: str) -> str:
        """What is read may be something else next time."""
        answer = input(f"{name}? ")
        if not answer:
            return self.resolve_reading(name)
        return answer
