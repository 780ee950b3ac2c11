"""Loops that wait on some ways and on another only ask again: what a queue holds, whether a thread is still alive."""

import logging
import os
import queue
import threading
import time

logger = logging.getLogger(__name__)


def drain_until_stopped(jobs: queue.Queue, stopped: threading.Event) -> None:
    while not stopped.is_set():  # expect: busy-wait
        try:
            job = jobs.get_nowait()
        except queue.Empty:
            continue
        job()


def tokens(found: queue.Queue, done: threading.Event):
    while True:  # expect: busy-wait
        if not found.empty():
            yield found.get_nowait()
        elif done.is_set():
            break


class Worker:
    def __init__(self) -> None:
        self.jobs: queue.Queue = queue.Queue()
        self.urgent: queue.Queue = queue.Queue()
        self.running = True

    def run(self) -> None:
        while self.running:  # expect: busy-wait
            if self.jobs.empty():
                continue
            self.jobs.get_nowait()()

    def run_with_pause(self) -> None:
        while self.running:
            if self.jobs.empty():
                time.sleep(0.1)
                continue
            self.jobs.get_nowait()()

    def run_urgent_first(self) -> None:
        """Where there is nothing urgent, the other queue is waited for."""
        while self.running:
            job = None
            try:
                job = self.urgent.get_nowait()
            except queue.Empty:
                pass
            if job is None:
                try:
                    job = self.jobs.get(timeout=1)
                except queue.Empty:
                    continue
            job()

    def empty(self) -> None:
        """What is there gives something: nobody else takes it."""
        while not self.jobs.empty():
            try:
                job = self.jobs.get_nowait()
            except queue.Empty:
                continue
            logger.info("dropped: %s", job)


def until_deadline(jobs: queue.Queue) -> None:
    """A deadline ends it."""
    deadline = time.monotonic() + 0.01
    while time.monotonic() < deadline:
        if jobs.empty():
            continue
        jobs.get_nowait()()


def mount_point(path: str) -> str:
    """Each round asks for something else."""
    while not os.path.ismount(path):
        path = os.path.dirname(path)
    return path


def innermost(thing: object) -> object:
    while hasattr(thing, "wrapped"):
        thing = getattr(thing, "wrapped")
    return thing


def first_look(jobs: queue.Queue, stopped: threading.Event) -> None:
    """This way is taken once."""
    is_first = True
    while not stopped.is_set():
        if is_first and jobs.empty():
            is_first = False
            continue
        stopped.wait(1)
