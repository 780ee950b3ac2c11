"""The only way out is an exception, and a handler inside the loop takes it back."""

import sys
from contextlib import suppress

backlog: list[int] = []
totals = {"sum": 0}


class Finished(Exception):
    pass


def add_next() -> None:
    totals["sum"] += backlog.pop(0)


def add_or_finish() -> None:
    if not backlog:
        raise Finished
    totals["sum"] += backlog.pop(0)


def swallow_empty() -> None:
    # Class: a worker over an in-memory backlog that spins as soon as the backlog is empty.
    while True:  # expect: endless-loop
        try:
            add_next()
        except IndexError:
            continue


def leave_when_empty() -> None:
    while True:
        try:
            add_next()
        except IndexError:
            break


def swallow_own_signal() -> None:
    while True:  # expect: endless-loop
        try:
            add_or_finish()
        except Exception:
            totals["sum"] += 0


def leave_by_own_signal() -> None:
    try:
        while True:
            add_or_finish()
    except Finished:
        totals["sum"] += 0


def leave_by_own_signal_of_the_caller() -> None:
    while True:
        add_or_finish()


def leave_by_builtin_signal(numbers) -> None:
    source = iter(numbers)
    try:
        while True:
            totals["sum"] += next(source)
    except StopIteration:
        pass


def leave_by_index_error() -> None:
    try:
        while True:
            totals["sum"] += backlog.pop()
    except IndexError:
        pass


def leave_by_suppressed_error() -> None:
    with suppress(IndexError):
        while True:
            totals["sum"] += backlog.pop()


def suppress_inside() -> None:
    while True:  # expect: endless-loop
        with suppress(IndexError):
            totals["sum"] += backlog.pop()


if __name__ == "__main__":
    try:
        while True:
            add_next()
    except KeyboardInterrupt:
        sys.exit(0)
