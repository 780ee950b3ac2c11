"""Servers that read lines from a peer under a liveness timeout, with a stop flag in the loop test."""

import asyncio
import logging
import socket
import threading

logger = logging.getLogger(__name__)

READ_TIMEOUT = 30


class LineServer:
    def __init__(self, address: tuple[str, int]) -> None:
        self.listener = socket.create_server(address)
        self.running = True
        self.stopping = threading.Event()

    def stop(self) -> None:
        self.running = False
        self.stopping.set()

    def serve_client(self, conn: socket.socket, peer: str) -> None:
        conn.settimeout(30.0)
        while self.running:
            try:
                data = conn.recv(4096)
            except TimeoutError:  # expect: timeout-without-limit
                logger.warning("%s: read timeout", peer)
                continue
            if not data:
                break
            self.dispatch(peer, data)
        conn.close()

    def serve_client_until_event(self, conn: socket.socket, peer: str) -> None:
        conn.settimeout(READ_TIMEOUT)
        while not self.stopping.is_set():
            try:
                data = conn.recv(4096)
                if not data:
                    return
                self.dispatch(peer, data)
            except socket.timeout:  # expect: timeout-without-limit
                logger.debug("%s is idle", peer)

    def serve_client_with_given_timeout(self, conn: socket.socket, peer: str, timeout: float) -> None:
        """The length of the timeout is not known, so it may well be a liveness timeout."""
        conn.settimeout(timeout)
        while self.running:
            try:
                data = conn.recv(4096)
            except TimeoutError as error:  # expect: timeout-without-limit
                logger.warning("%s: %s", peer, error)
                continue
            if not data:
                break
            self.dispatch(peer, data)

    def serve_client_with_limit(self, conn: socket.socket, peer: str) -> None:
        conn.settimeout(30.0)
        timeouts = 0
        while self.running:
            try:
                data = conn.recv(4096)
            except TimeoutError:
                timeouts += 1
                if timeouts > 3:
                    logger.warning("%s: gone", peer)
                    break
                continue
            timeouts = 0
            if not data:
                break
            self.dispatch(peer, data)
        conn.close()

    def serve_client_that_leaves(self, conn: socket.socket, peer: str) -> None:
        conn.settimeout(30.0)
        while self.running:
            try:
                data = conn.recv(4096)
            except TimeoutError:
                logger.warning("%s: read timeout, closing", peer)
                break
            if not data:
                break
            self.dispatch(peer, data)
        conn.close()

    def serve_client_with_probe(self, conn: socket.socket, peer: str) -> None:
        """Sending to a peer that is gone fails sooner or later, and the failure leaves the loop."""
        conn.settimeout(30.0)
        while self.running:
            try:
                data = conn.recv(4096)
            except TimeoutError:
                conn.sendall(b"PING\r\n")
                continue
            if not data:
                break
            self.dispatch(peer, data)

    def dispatch(self, peer: str, data: bytes) -> None:
        logger.info("%s: %d bytes", peer, len(data))


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        try:
            line = await asyncio.wait_for(reader.readline(), 30)
        except asyncio.TimeoutError:  # expect: timeout-without-limit
            continue
        if not line:
            break
        writer.write(line)


async def echo_in_scope(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        try:
            async with asyncio.timeout(60):
                line = await reader.readline()
        except TimeoutError:  # expect: timeout-without-limit
            logger.info("still nothing")
        else:
            if not line:
                break
            writer.write(line)


async def echo_under_deadline(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + 600
    while loop.time() < deadline:
        try:
            line = await asyncio.wait_for(reader.readline(), 30)
        except asyncio.TimeoutError:
            continue
        if not line:
            break
        writer.write(line)


class PeerLines:
    def __init__(self, reader: asyncio.StreamReader) -> None:
        self.reader = reader

    async def next(self) -> bytes:
        line = await self.reader.readline()
        if not line:
            raise EOFError
        return line


class Totals:
    count = 0


async def made_together(reader: asyncio.StreamReader) -> None:
    lines, totals = PeerLines(reader), Totals()
    while True:
        try:
            line = await asyncio.wait_for(lines.next(), timeout=30.0)
        except asyncio.TimeoutError:  # expect: timeout-without-limit
            continue
        totals.count += len(line)
