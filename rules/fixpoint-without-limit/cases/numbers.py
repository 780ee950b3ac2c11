"""Numbers that are made smaller until they fit."""

WATERSHED = int(2e10)
LARGEST = int(3e20)


def to_seconds(value: float) -> float:
    # Class: the parser of numbers lets "inf" through.
    while value > WATERSHED:  # expect: fixpoint-without-limit
        value = value / 1000
    return value


def to_seconds_checked(value: float) -> float:
    if value > LARGEST:
        raise ValueError("too large")
    while value > WATERSHED:
        value = value / 1000
    return value


def digits(number: int) -> int:
    count = 0
    while number > 0:
        number //= 10
        count += 1
    return count


def units(text: str) -> float:
    size = len(text)
    while size > 1024:
        size /= 1024
    return size


def readable(size: float) -> str:
    # Class: the unit in which a size is shown.
    unit = 0
    while size > 1024:
        size = size / 1024
        unit += 1
    return f"{size:.1f} {unit}"


def digits(lines) -> int:
    count = 1
    limit = max(1, lines.count())
    while limit >= 10:
        limit /= 10
        count += 1
    return count
