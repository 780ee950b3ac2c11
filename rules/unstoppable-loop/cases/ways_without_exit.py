"""A thread whose way out stands on one branch only."""

import threading
import time

stop = threading.Event()
lock = threading.Lock()
pending: list[float] = []


def send(value: float) -> bool:
    return value > 0


def tick() -> None:
    while True:  # expect: unstoppable-loop/strict
        if not send(time.time()):
            if stop.is_set():
                return
            print("nobody listens")
        time.sleep(0.5)


def tick_until_stopped() -> None:
    while True:
        if stop.is_set():
            return
        if not send(time.time()):
            print("nobody listens")
        time.sleep(0.5)


def tick_until_both(enabled) -> None:
    # One question of two parts.
    while True:
        if enabled() and stop.is_set():
            return
        time.sleep(0.5)


def tick_in_steps() -> None:
    # The inner loop asks, and goes round at least once.
    while True:
        for _ in range(10):
            time.sleep(0.1)
            if stop.is_set():
                return


def tick_under_lock() -> None:
    # The lock is given back on the way out.
    while True:
        with lock:
            if pending and stop.is_set():
                break
            pending.clear()
        time.sleep(0.5)


def main() -> None:
    threading.Thread(target=tick).start()
    threading.Thread(target=tick_until_stopped).start()
    threading.Thread(target=tick_until_both).start()
    threading.Thread(target=tick_in_steps).start()
    threading.Thread(target=tick_under_lock).start()
    time.sleep(10)
    stop.set()
