"""The test does change, only not by an assignment that meets the eye: all accepted."""

import collections
import itertools


class Parser:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.position = 0
        self.depth = 0

    def _next(self) -> str:
        token = self.tokens[self.position]
        self.position += 1
        return token

    def skip_group(self) -> None:
        while self.position < len(self.tokens):
            if self._next() == ")":
                break

    def close(self) -> None:
        while self.depth:
            self._leave()

    def _leave(self) -> None:
        self.depth -= 1


def by_method(stack: list[int]) -> int:
    total = 0
    while stack:
        total += stack.pop()
    return total


def by_alias(queue: collections.deque) -> int:
    total = 0
    take = queue.popleft
    while queue:
        total += take()
    return total


def by_subscript(groups: dict[str, list[int]], name: str) -> int:
    total = 0
    while groups[name]:
        total += groups[name].pop()
    return total


def by_delete(values: list[int]) -> int:
    total = 0
    while values:
        total += values[-1]
        del values[-1]
    return total


def by_closure(text: list[str]) -> list[str]:
    found = []

    def take(count: int) -> None:
        found.append("".join(text[:count]))
        del text[:count]

    while text:
        take(2)
    return found


def by_nonlocal(limit: int) -> int:
    count = 0

    def advance() -> None:
        nonlocal count
        count += 1

    while count < limit:
        advance()
    return count


def by_iterator(names) -> str:
    numbers = itertools.count()
    name = "item"
    while any(name == other for other in names):
        name = f"item{next(numbers)}"
    return name


def by_exception(values: list[int]) -> int:
    total = 0
    try:
        while True:
            total += values.pop()
    except IndexError:
        return total


def by_index_error(values: tuple[int, ...], wanted: int) -> int:
    i = 0
    while True:
        if values[i] == wanted:
            return i
        i += 1


def by_consumer(limit: int):
    # Whoever takes the values may do anything in between.
    while limit > 0:
        yield limit


async def by_other_tasks(state) -> None:
    while state.busy:
        await state.changed()


def by_unknown_call(cursor, wanted: int) -> None:
    while cursor.row != wanted:
        cursor.move_down()


def three_ways(a: int, b: int) -> int:
    # One of the three always holds.
    while True:
        if a < b:
            a += 1
        elif a > b:
            b += 1
        else:
            return a


def mixed(base: type, mixins: list[type]) -> type:
    mixins = list(mixins)
    while mixins:

        class Mixed(mixins.pop(), base):
            pass

        base = Mixed
    return base
