"""Functions that call themselves when something failed, or once more after a pause."""

import asyncio
import socket
import time

import requests


class Client:
    """Class: the login of a client whose server is down for the night."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address
        self.use_tls = True

    def connect(self) -> socket.socket:
        try:
            return socket.create_connection(self.address, timeout=5)
        except OSError:
            return self.connect()  # expect: retry-by-recursion/strict

    def connect_otherwise(self) -> socket.socket:
        try:
            return socket.create_connection(self.address, timeout=5)
        except OSError:
            self.use_tls = False
            return self.connect_otherwise()

    def connect_once_more(self, again: bool = True) -> socket.socket:
        try:
            return socket.create_connection(self.address, timeout=5)
        except OSError:
            return self.connect_once_more(False)

    def connect_some_times(self, retries: int) -> socket.socket:
        try:
            return socket.create_connection(self.address, timeout=5)
        except OSError:
            if retries == 0:
                raise
            return self.connect_some_times(retries - 1)


def parse(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return parse(text)


def fetch(urls: list[str]) -> str:
    try:
        return requests.get(urls[0], timeout=5).text
    except requests.RequestException:
        return fetch(urls[1:])


class Worker:
    def __init__(self, client: Client) -> None:
        self.client = client
        self.running = True
        self.failed = False

    def run(self) -> None:
        self.work()
        if self.running:
            time.sleep(3)
            self.run()  # expect: retry-by-recursion/strict

    def run_twice(self) -> None:
        if self.failed:
            raise TimeoutError
        self.work()
        self.failed = True
        time.sleep(3)
        self.run_twice()

    def run_some_times(self, attempts: int) -> None:
        self.work()
        if attempts:
            time.sleep(3)
            self.run_some_times(attempts - 1)

    async def run_in_tasks(self) -> None:
        """No frame of this one is left when the next one runs."""
        await asyncio.sleep(3)
        self.task = asyncio.create_task(self.run_in_tasks())

    def run_in_a_loop(self) -> None:
        while self.running:
            self.work()
            time.sleep(3)

    def work(self) -> None:
        self.client.connect()
