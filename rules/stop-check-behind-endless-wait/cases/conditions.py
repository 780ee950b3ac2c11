"""Waiting for a condition, an event or a child process under a stop flag."""

import subprocess
import threading


class Buffer:
    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._items: list = []
        self._closed = False

    def put(self, item) -> None:
        with self._changed:
            self._items.append(item)
            self._changed.notify()

    def close(self) -> None:
        self._closed = True

    def drain(self) -> None:
        while not self._closed:  # expect: stop-check-behind-endless-wait/strict
            with self._changed:
                self._changed.wait()
                self._items.clear()


class NotifyingBuffer:
    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._items: list = []
        self._closed = False

    def put(self, item) -> None:
        with self._changed:
            self._items.append(item)
            self._changed.notify()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def drain(self) -> None:
        while not self._closed:
            with self._changed:
                self._changed.wait()
                self._items.clear()

    def drain_in_steps(self) -> None:
        while not self._closed:
            with self._changed:
                self._changed.wait(timeout=1)
                self._items.clear()


class Supervisor:
    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._stop = threading.Event()

    def stop(self) -> None:
        self._stop.set()

    def run(self) -> None:
        while not self._stop.is_set():  # fixme: expect: stop-check-behind-endless-wait/strict
            child = subprocess.Popen(self._command)
            child.wait()

    def run_in_steps(self) -> None:
        while not self._stop.is_set():
            child = subprocess.Popen(self._command)
            try:
                child.wait(timeout=5)
            except subprocess.TimeoutExpired:
                child.kill()


class TerminatingSupervisor:
    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._stop = threading.Event()
        self._child: subprocess.Popen | None = None

    def stop(self) -> None:
        self._stop.set()
        if self._child is not None:
            self._child.terminate()

    def run(self) -> None:
        while not self._stop.is_set():
            self._child = subprocess.Popen(self._command)
            self._child.wait()
