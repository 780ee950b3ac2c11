"""Pauses in what is called, on some ways, or by the state that a failure leaves behind."""

import asyncio
import logging
import socket
import time

logger = logging.getLogger(__name__)


class Link:
    def __init__(self, host: str) -> None:
        self.host = host
        self.state = "down"
        self.handled = False
        self.stop = asyncio.Event()

    def connect(self) -> socket.socket:
        for _ in range(3):
            try:
                return socket.create_connection((self.host, 9000), timeout=5)
            except OSError:
                time.sleep(1)
        raise ConnectionError(self.host)

    def keep_up(self) -> None:
        """What fails has waited before."""
        while True:
            try:
                self.serve(self.connect())
            except ConnectionError:
                logger.warning("again")

    def serve(self, sock: socket.socket) -> None:
        while sock.recv(1024):
            pass

    def keep_up_at_once(self) -> None:
        while True:
            try:
                self.serve(socket.create_connection((self.host, 9000), timeout=5))
            except ConnectionError:  # expect: retry-without-delay
                logger.warning("again")

    async def stops_or_pauses(self, queue: list) -> None:
        """One way sleeps, the other one sets the stop signal that ends the loop."""
        while True:
            try:
                reader, _ = await asyncio.open_connection(self.host, 9000)
                await reader.read()
            except ConnectionRefusedError:
                if None in queue:
                    self.stop.set()
                else:
                    await asyncio.sleep(5)
            if self.stop.is_set():
                break

    async def pauses_unless_handled(self, handle) -> None:
        while True:
            try:
                reader, _ = await asyncio.open_connection(self.host, 9000)
                await reader.read()
            except ConnectionError as error:
                self.handled = handle(str(error))
                if not self.handled:
                    await asyncio.sleep(1)


class Cache:
    def __init__(self, disk) -> None:
        self.disk = disk

    def first(self, names: list[str]) -> bytes:
        """A file that is gone is no peer that is gone."""
        while True:
            name = names[0]
            try:
                return self.disk.fetch(name)
            except OSError:
                continue
