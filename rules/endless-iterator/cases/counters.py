"""Iterators of itertools, and what ends the loops over them."""

import itertools
import time


def fill(table: dict[int, int]) -> None:
    for key in itertools.count(1):  # expect: endless-iterator
        table[key] = key * key


def spin(names: list[str], seen: set[str]) -> None:
    for name in itertools.cycle(names):  # expect: endless-iterator
        seen.add(name)


def beat() -> None:
    for number in itertools.count():
        print(number)
        time.sleep(1)


def numbers():
    for number in itertools.count():
        yield number * 2


def bounded(table: dict[int, int]) -> None:
    for key in itertools.islice(itertools.count(), 10):
        table[key] = key


def until(table: dict[int, int], limit: int) -> None:
    for key in itertools.count():
        if key > limit:
            break
        table[key] = key
