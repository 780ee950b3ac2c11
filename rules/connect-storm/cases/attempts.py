"""Loops that open connections in the background."""

import asyncio
import socket
import threading
import time


class Agent:
    """Class: the agent tries once a second, in a thread of its own each time."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address
        self.attempt: threading.Thread | None = None

    def connect(self) -> None:
        sock = socket.create_connection(self.address)
        sock.close()

    def run(self) -> None:
        while True:
            threading.Thread(target=self.connect, daemon=True).start()  # expect: connect-storm
            time.sleep(1)

    def run_one_at_a_time(self) -> None:
        while True:
            if self.attempt is None or not self.attempt.is_alive():
                self.attempt = threading.Thread(target=self.connect, daemon=True)
                self.attempt.start()
            time.sleep(1)

    def run_and_join(self) -> None:
        while True:
            attempt = threading.Thread(target=self.connect)
            attempt.start()
            attempt.join()
            time.sleep(1)


async def open_once(host: str) -> None:
    _, writer = await asyncio.open_connection(host, 80)
    writer.close()


async def probe(host: str) -> None:
    while True:
        asyncio.create_task(open_once(host))  # expect: connect-storm
        await asyncio.sleep(1)


async def for_each_job(jobs: asyncio.Queue) -> None:
    while True:
        host = await jobs.get()
        asyncio.create_task(open_once(host))
