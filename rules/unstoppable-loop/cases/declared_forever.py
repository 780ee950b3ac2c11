"""A loop that is meant to run until the process is killed says so on its header."""

import threading
import time

readings: list[float] = []


def sample() -> None:
    while True:  # unspin: forever samples until the process is killed
        readings.append(time.time())
        time.sleep(1)


def sample_declared_above() -> None:
    # unspin: forever samples until the process is killed
    while True:
        readings.append(time.time())
        time.sleep(1)


def sample_undeclared() -> None:
    while True:  # expect: unstoppable-loop/strict
        readings.append(time.time())
        time.sleep(1)


def start() -> None:
    for target in (sample, sample_declared_above):
        threading.Thread(target=target).start()
    threading.Thread(target=sample_undeclared).start()
