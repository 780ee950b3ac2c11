"""Steps towards and away from the bound."""


class Ring:
    """Class: the index walks off, the loop never sees its bound."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.at = 0

    def rewind(self) -> None:
        while self.at < self.size:  # expect: wrong-direction
            self.at -= 1

    def advance(self) -> None:
        while self.at < self.size:
            self.at += 1


def backwards(n: int) -> None:
    i = n
    while i >= 0:  # expect: wrong-direction
        print(i)
        i += 1


def bound_on_the_left(n: int) -> None:
    i = 0
    while n > i:  # expect: wrong-direction
        i -= 1


def not_less(i: int, n: int) -> None:
    while not i >= n:  # expect: wrong-direction
        i -= 2


def bound_sinks(low: int, high: int) -> None:
    while low < high:
        high -= 1


def either(i: int, n: int, up: bool) -> None:
    while i < n:
        if up:
            i += 2
        else:
            i -= 1


def by_amount(i: int, n: int, step: int) -> None:
    while i < n:
        i -= step


def with_exit(i: int, n: int, items: list[int]) -> None:
    while i < n:
        i -= 1
        if items[i] == 0:
            break


def moving_bound(i: int, n: int) -> None:
    while i < n:
        i -= 1
        n = n - 5
