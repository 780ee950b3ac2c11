"""Asking a thread, a process, a future or the file system over and over again."""

import os
import queue
import subprocess
import threading
import time
from concurrent.futures import Future, wait


def wait_for_thread(worker: threading.Thread) -> None:
    while worker.is_alive():  # expect: busy-wait
        pass


def join_thread(worker: threading.Thread) -> None:
    while worker.is_alive():
        worker.join(timeout=1)


def wait_for_process(child: subprocess.Popen) -> int:
    while child.poll() is None:  # expect: busy-wait
        pass
    return child.returncode


def wait_for_process_with_sleep(child: subprocess.Popen) -> int:
    while child.poll() is None:
        time.sleep(0.1)
    return child.returncode


def wait_for_future(future: Future) -> object:
    while not future.done():  # expect: busy-wait
        pass
    return future.result()


def wait_for_futures(futures: list[Future]) -> None:
    pending = set(futures)
    while pending:
        _, pending = wait(pending, timeout=1)


def wait_for_item(jobs: queue.Queue) -> object:
    while jobs.empty():  # expect: busy-wait
        pass
    return jobs.get_nowait()


def take_item(jobs: queue.Queue) -> object:
    while True:
        try:
            return jobs.get(timeout=1)
        except queue.Empty:
            print("nothing yet")


def wait_for_file(path: str) -> None:
    while not os.path.exists(path):  # expect: busy-wait
        pass


def wait_for_file_with_sleep(path: str) -> None:
    while not os.path.exists(path):
        time.sleep(1)


def spin_lock(lock: threading.Lock) -> None:
    while not lock.acquire(blocking=False):  # expect: busy-wait
        pass


def patient_lock(lock: threading.Lock) -> None:
    while not lock.acquire(timeout=1):
        print("waiting for the lock")


def wait_and_count(child: subprocess.Popen) -> int:
    rounds = 0
    while child.poll() is None:  # expect: busy-wait
        rounds += 1
    return rounds
