"""A `continue` that goes round before the step is taken."""

import logging

log = logging.getLogger(__name__)


def sum_of_even(n: int) -> int:
    total = 0
    i = 0
    while i < n:  # expect: stuck-iteration/strict
        if i % 2 == 1:
            continue
        total += i
        i += 1
    return total


def sum_of_even_stepping_first(n: int) -> int:
    total = 0
    i = -1
    while i < n:
        i += 1
        if i % 2 == 1:
            continue
        total += i
    return total


def sum_of_positive(values: tuple[int, ...]) -> int:
    total = 0
    i = 0
    while i < len(values):  # expect: stuck-iteration/strict
        if values[i] < 0:
            continue
        total += values[i]
        i += 1
    return total


def sum_of_positive_stepping(values: tuple[int, ...]) -> int:
    total = 0
    i = 0
    while i < len(values):
        if values[i] < 0:
            i += 1
            continue
        total += values[i]
        i += 1
    return total


def is_comment(line: str) -> bool:
    return line.startswith("#")


def settings(lines: list[str]) -> dict[str, str]:
    found = {}
    i = 0
    while i < len(lines):  # expect: stuck-iteration/audit
        if is_comment(lines[i]):
            log.debug("comment in line %d", i)
            continue
        name, _, value = lines[i].partition("=")
        found[name] = value
        i += 1
    return found


def settings_stepping(lines: list[str]) -> dict[str, str]:
    found = {}
    i = 0
    while i < len(lines):
        line = lines[i]
        i += 1
        if is_comment(line):
            log.debug("comment in line %d", i)
            continue
        name, _, value = line.partition("=")
        found[name] = value
    return found


def settings_by_iteration(lines: list[str]) -> dict[str, str]:
    found = {}
    for line in lines:
        if is_comment(line):
            continue
        name, _, value = line.partition("=")
        found[name] = value
    return found


def step_in_finally(values: tuple[int, ...]) -> int:
    total = 0
    i = 0
    while i < len(values):
        try:
            if values[i] < 0:
                continue
            total += values[i]
        finally:
            i += 1
    return total
