"""Service loops that wait each time round burn nothing, and other rules ask how they end."""

import asyncio
import queue
import socket
import subprocess
import threading
import time
from time import sleep as pause

jobs: queue.Queue = queue.Queue()
ready = threading.Condition()
counts = {"beats": 0}


def beat() -> None:
    counts["beats"] += 1


def beat_and_rest() -> None:
    beat()
    time.sleep(1)


def with_sleep() -> None:
    while True:
        beat()
        time.sleep(1)


def with_renamed_sleep() -> None:
    while True:
        beat()
        pause(0.5)


def with_sleep_in_a_helper() -> None:
    while True:
        beat_and_rest()


def with_zero_sleep() -> None:
    # Gives the processor away only for an instant: the core is still busy.
    while True:  # fixme: expect: endless-loop
        beat()
        time.sleep(0)


def with_sleep_on_one_branch_only() -> None:
    while True:
        if counts["beats"] > 100:
            time.sleep(1)
        beat()


def with_queue() -> None:
    while True:
        job = jobs.get()
        job()


def with_condition() -> None:
    while True:
        with ready:
            ready.wait()
        beat()


def with_accept(server: socket.socket) -> None:
    while True:
        conn, _ = server.accept()
        conn.close()


def with_child() -> None:
    while True:
        subprocess.run(["true"], check=False)


def with_prompt() -> None:
    while True:
        print(eval(input("> ")))


async def with_await() -> None:
    while True:
        beat()
        await asyncio.sleep(1)


async def without_await() -> None:
    while True:  # expect: endless-loop
        beat()


def numbers():
    value = 0
    while True:
        yield value
        value += 1


def repeated(values):
    while True:
        yield from values


async def ticks():
    while True:
        yield counts["beats"]


def until_interrupted() -> None:
    try:
        while True:  # expect: endless-loop/strict
            pass
    except KeyboardInterrupt:
        print("bye")
