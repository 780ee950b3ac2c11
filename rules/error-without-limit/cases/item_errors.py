"""Errors of one item: the next round has the next item."""

import csv
import json
import logging
import queue
import socket
import threading
from pathlib import Path

logger = logging.getLogger(__name__)


def work(jobs: "queue.Queue") -> None:
    """Waiting for a local queue does not fail; only the job can."""
    while True:
        try:
            job = jobs.get()
            if job is None:
                break
            job()
        except Exception:
            logger.exception("job failed")


def work_through(directory: Path) -> None:
    for path in directory.iterdir():
        try:
            logger.info("%d bytes", path.stat().st_size)
        except Exception:
            logger.exception("%s", path)


def import_rows(path: Path) -> None:
    with path.open(newline="") as file:
        for row in csv.reader(file):
            try:
                logger.info("%d", int(row[0]))
            except Exception:
                logger.warning("skipped %s", row)


def receive(sock: socket.socket) -> None:
    """Reading stands outside: only what was read can fail inside."""
    while True:
        data, peer = sock.recvfrom(65536)
        try:
            logger.info("%s: %s", peer, json.loads(data))
        except Exception:
            logger.exception("bad message from %s", peer)


def drain(todo: list) -> None:
    while todo:
        task = todo.pop()
        try:
            task()
        except Exception:
            logger.exception("task failed")


def shell() -> None:
    """A person reads the message and types something else."""
    while True:
        try:
            line = input("> ")
            if line == "quit":
                return
            print(json.loads(line))
        except Exception as error:
            print(error)


def every_minute(job, stop: threading.Event) -> None:
    """Scheduled work: the next round has a new minute."""
    while not stop.wait(60):
        try:
            job()
        except Exception:
            logger.exception("job failed")


def run_all(tasks: list) -> None:
    failed = []
    while tasks:
        task = tasks.pop(0)
        try:
            task()
        except BaseException as error:
            failed.append(error)
    if failed:
        raise ExceptionGroup("some tasks failed", failed)
