"""Calls that do not come back are ways out, wherever they stand: all accepted."""

import os
import sys
from typing import NoReturn

state = {"level": 0}


def fail(message: str) -> NoReturn:
    sys.stderr.write(message)
    raise SystemExit(1)


def check_level() -> None:
    if state["level"] > 100:
        fail("too deep")


def exit_of_the_process() -> None:
    while True:
        state["level"] += 1
        if state["level"] > 10:
            sys.exit(2)


def exit_without_cleanup() -> None:
    while True:
        state["level"] += 1
        if state["level"] > 10:
            os._exit(2)


def exit_in_a_helper() -> None:
    while True:
        state["level"] += 1
        if state["level"] > 10:
            fail("too deep")


def exit_two_helpers_down() -> None:
    while True:
        state["level"] += 1
        check_level()


def replaced_by_another_program() -> None:
    while True:
        state["level"] += 1
        if state["level"] > 10:
            os.execv("/bin/true", ["true"])


def failed_assertion() -> None:
    while True:
        state["level"] += 1
        assert state["level"] < 10


class Machine:
    def __init__(self) -> None:
        self.level = 0

    def _stop_at_top(self) -> None:
        if self.level >= 10:
            raise StopIteration

    def climb(self) -> None:
        while True:
            self.level += 1
            self._stop_at_top()

    def climb_on(self) -> None:
        while True:  # expect: endless-loop
            self.level += 1


def last_filled(values: list, marker: object) -> None:
    # Class: the number of the element is stepped, until there is none.
    index = 0
    while True:
        values[index] = marker
        index += 1
