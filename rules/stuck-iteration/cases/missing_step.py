"""Nothing that the test reads is assigned anywhere in the loop."""


def triangle(n: int) -> int:
    total = 0
    while n > 0:  # expect: stuck-iteration
        total += n
    return total


def triangle_counted(n: int) -> int:
    total = 0
    while n > 0:
        total += n
        n -= 1
    return total


def wrong_counter(n: int) -> int:
    i = 0
    j = 0
    total = 0
    while i < n:  # expect: stuck-iteration
        total += j
        j += 1
    return total


def right_counter(n: int) -> int:
    i = 0
    total = 0
    while i < n:
        total += i
        i += 1
    return total


def divisor(a: int, b: int) -> int:
    rest = a % b
    while b != 0:  # expect: stuck-iteration
        rest = a % b
        a = rest
    return a


def divisor_swapped(a: int, b: int) -> int:
    while b != 0:
        a, b = b, a % b
    return a


def total_weight(node) -> int:
    weight = 0
    while node is not None:  # expect: stuck-iteration
        weight += node.weight
    return weight


def total_weight_of_all(node) -> int:
    weight = 0
    while node is not None:
        weight += node.weight
        node = node.next
    return weight


def scan(first: bool, last: bool, limit: int) -> int:
    steps = 0
    while True:  # expect: stuck-iteration
        if first and last:
            return steps
        if limit == 0:
            break
        steps += 1
    return steps


def scan_counted(first: bool, last: bool, limit: int) -> int:
    steps = 0
    while True:
        if first and last:
            return steps
        if steps == limit:
            break
        steps += 1
    return steps


def assigned_to_another_name(values: tuple[int, ...]) -> int:
    remaining = len(values)
    while remaining:  # expect: stuck-iteration
        left = remaining - 1
    return left
