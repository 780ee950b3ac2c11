"""Pauses that look as if they were missing."""

import socket
import time

import requests


def wait_for_server(url: str) -> None:
    """Class: after a failure the flag is still false."""
    retries = 0
    ready = False
    while not ready and retries < 10:
        try:
            if requests.get(url, timeout=2).status_code == 200:
                ready = True
            else:
                print("waiting")
        except requests.RequestException:
            print("waiting")
        if not ready:
            time.sleep(1)
            retries += 1


def connect(hosts: list[tuple[str, int]], tries: int | None) -> socket.socket | None:
    """Class: each failure goes on to the next host, and there is no pause after the last try."""
    while tries is None or tries > 0:
        for host in hosts:
            try:
                return socket.create_connection(host, timeout=5)
            except OSError as error:
                print(error)
        if tries is None or tries > 1:
            time.sleep(1)
        if tries:
            tries -= 1
    return None


def exchange(sock: socket.socket, protocol) -> None:
    """Class: the failure counts as the end of input, and that is handled."""
    while not protocol.complete:
        try:
            data = sock.recv(4096)
        except ConnectionResetError:
            data = b""
        if not data:
            protocol.connection_lost()
        else:
            protocol.feed(data)


async def ready(manager, timer) -> bool:
    """Class: it says how long to wait, and an unknown function waits."""
    while manager.unknown():
        try:
            await manager.wait_for(timer.left)
        except ConnectionError:
            delay = min(100, timer.left)
            print(delay)
            await manager.net.sleep(100)
        if timer.expired:
            return False
    return True


class Consumer:
    def __init__(self, messages, url: str) -> None:
        self.messages = messages
        self.url = url

    async def handle_next(self) -> None:
        import asyncio

        queue: asyncio.Queue = self.messages
        message = await queue.get()
        requests.post(self.url, data=message, timeout=5)

    async def run(self) -> None:
        """Class: the function takes the next message before it can fail."""
        while True:
            try:
                await self.handle_next()
            except Exception as error:
                print(error)
