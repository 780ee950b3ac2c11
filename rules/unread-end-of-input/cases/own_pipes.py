"""Streams whose end nobody else brings about, and reads that give nothing because nothing came yet."""

import contextlib
import os
import socket
import subprocess
import sys
import termios
import threading
import tty

import trio


class Relay:
    def __init__(self) -> None:
        self._read_end, self._write_end = os.pipe()
        self._stopped = threading.Event()

    def run(self, out) -> None:
        while True:
            data = os.read(self._read_end, 4096)
            if b"\0end\0" in data:
                return
            out.write(data)


class Command:
    def __init__(self, command: list[str]) -> None:
        self._read_end, self._write_end = os.pipe()
        self._process = subprocess.Popen(command, stdout=self._write_end)
        os.close(self._write_end)

    def run(self, parts: list) -> None:
        while True:  # expect: unread-end-of-input
            data = os.read(self._read_end, 4096)
            if b"\0end\0" in data:
                return
            parts.append(data)


class Loop:
    async def run(self) -> None:
        reader, self._waker = socket.socketpair()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._drain, reader)
            await trio.sleep_forever()

    async def _drain(self, reader: socket.socket) -> None:
        while True:
            await trio.lowlevel.wait_readable(reader)
            with contextlib.suppress(BlockingIOError):
                reader.recv(4096)


class Device:
    def __init__(self, handle) -> None:
        self._handle = handle
        self.is_open = True

    def run(self, queue) -> None:
        while self.is_open:
            data = self._handle.read(64, timeout_ms=100)
            if not data:
                continue
            queue.put(data)


def key() -> str:
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setraw(descriptor)
        return os.read(descriptor, 1).decode()
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def choose(count: int) -> int:
    at = 0
    while True:
        match key():
            case "\r":
                return at
            case "j":
                at = (at + 1) % count
            case _:
                continue
