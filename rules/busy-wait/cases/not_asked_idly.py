"""Tests whose answer the loop itself brings about, or that wait themselves: accepted."""

import sys
import time


def options() -> int:
    level = 0
    while sys.argv[1:] and sys.argv[1] == "-d":
        level += 1
        del sys.argv[1]
    return level


class Controller(Instrument):
    # Asks the instrument, which takes the error off its queue.
    error = Instrument.measurement("TE?", cast=int)

    def clear_errors(self) -> None:
        while self.error != 0:
            continue


def percentage(fraction: float) -> str:
    precision = 0

    def shown(value: float) -> str:
        return "{:.{}%}".format(value, precision)

    while shown(fraction) == "100%" or shown(fraction) == "0%":
        precision += 1
    return shown(fraction)


def wait_for_start(table, timeout: float) -> bool:
    deadline = time.monotonic() + timeout
    while not table.initialized:
        if time.monotonic() > deadline:
            return False
        time.sleep(0)
    return True
