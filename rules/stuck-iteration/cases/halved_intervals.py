"""Searches that halve an interval."""


def width_of(text: str) -> int:
    return sum(2 if ord(c) > 0x1100 else 1 for c in text)


def cut(text: str, total: int) -> str:
    start = 0
    end = len(text)
    while True:  # expect: stuck-iteration/audit
        pos = (start + end) // 2
        width = width_of(text[:pos])
        if width == total:
            return text[:pos]
        if width > total:
            end = pos
        else:
            start = pos


def cut_at_neighbours(text: str, total: int) -> str:
    start = 0
    end = len(text)
    while end - start > 1:
        pos = (start + end) // 2
        if width_of(text[:pos]) > total:
            end = pos
        else:
            start = pos
    return text[:start]


def first_above(values: list[int], limit: int) -> int:
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        if values[middle] <= limit:
            low = middle + 1
        else:
            high = middle
    return low


def last_below(values: list[int], limit: int) -> int:
    low, high = 0, len(values) - 1
    while low < high:  # expect: stuck-iteration/strict
        middle = low + (high - low) // 2
        if values[middle] <= limit:
            low = middle
        else:
            high = middle - 1
    return low


def root(f, low: float, high: float) -> float:
    """Class: a point between two numbers is another one, as long as they are far enough apart."""
    while high - low > 1e-9:
        middle = (low + high) / 2
        if f(middle) < 0:
            low = middle
        else:
            high = middle
    return low
