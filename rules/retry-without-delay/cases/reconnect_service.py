"""Services that connect, work, and connect again when the connection breaks."""

import asyncio
import logging
import socket
import threading
import time

logger = logging.getLogger(__name__)


class Feed:
    def __init__(self, host: str) -> None:
        self.host = host
        self.stopped = threading.Event()
        self.delay = 0.0

    def stop(self) -> None:
        self.stopped.set()

    def run(self) -> None:
        while not self.stopped.is_set():
            try:
                with socket.create_connection((self.host, 9000), timeout=30) as conn:
                    self.consume(conn)
            except OSError as error:  # expect: retry-without-delay
                logger.warning("%s, connecting again", error)

    def run_with_pause_on_success_only(self) -> None:
        """The pause is on the other way round."""
        while not self.stopped.is_set():
            try:
                with socket.create_connection((self.host, 9000), timeout=30) as conn:
                    self.consume(conn)
            except OSError as error:  # expect: retry-without-delay
                logger.warning("%s, connecting again", error)
                continue
            time.sleep(1)

    def run_with_reset_too_early(self) -> None:
        """The delay is set back before the connection has proved good: connect, die, connect, die …"""
        delay = 0.0
        while not self.stopped.is_set():
            try:
                with socket.create_connection((self.host, 9000), timeout=30) as conn:
                    delay = 0.0
                    self.consume(conn)
            except OSError:  # expect: retry-without-delay
                time.sleep(delay)
                delay = min(2 * delay + 1, 60)

    def run_with_reset_when_proved(self) -> None:
        delay = 1.0
        while not self.stopped.is_set():
            try:
                with socket.create_connection((self.host, 9000), timeout=30) as conn:
                    self.consume(conn)
                    delay = 1.0
            except OSError:
                self.stopped.wait(delay)
                delay = min(2 * delay, 60)

    def run_with_pause_in_finally(self) -> None:
        while not self.stopped.is_set():
            try:
                with socket.create_connection((self.host, 9000), timeout=30) as conn:
                    self.consume(conn)
            except OSError as error:
                logger.warning("%s", error)
            finally:
                self.stopped.wait(5)

    def run_paced(self) -> None:
        """The loop test is the pause."""
        while not self.stopped.wait(5):
            try:
                with socket.create_connection((self.host, 9000), timeout=30) as conn:
                    self.consume(conn)
            except OSError as error:
                logger.warning("%s", error)

    def consume(self, conn: socket.socket) -> None:
        while data := conn.recv(4096):
            logger.info("%d bytes", len(data))


class AsyncFeed:
    def __init__(self, host: str) -> None:
        self.host = host
        self.stopping = asyncio.Event()

    def stop(self) -> None:
        self.stopping.set()

    async def run(self) -> None:
        while not self.stopping.is_set():
            try:
                reader, _ = await asyncio.wait_for(asyncio.open_connection(self.host, 9000), 10)
                await self.consume(reader)
            except OSError as error:  # expect: retry-without-delay
                logger.warning("%s", error)

    async def run_with_pause(self) -> None:
        while not self.stopping.is_set():
            try:
                reader, _ = await asyncio.wait_for(asyncio.open_connection(self.host, 9000), 10)
                await self.consume(reader)
            except OSError as error:
                logger.warning("%s", error)
                await asyncio.sleep(1)

    async def consume(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            logger.info("%d bytes", len(line))
