"""Receiving that fails: an error of the socket comes again at once, an error of one message does not."""

import json
import logging
import queue
import socket
import threading

logger = logging.getLogger(__name__)


class Collector:
    def __init__(self, port: int) -> None:
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("", port))
        self.sock.settimeout(1.0)
        self.stopped = threading.Event()
        self.jobs: queue.Queue[str] = queue.Queue()

    def close(self) -> None:
        self.stopped.set()

    def receive(self) -> None:
        while not self.stopped.is_set():
            try:
                data, peer = self.sock.recvfrom(65536)
            except TimeoutError:
                continue
            except OSError as error:  # expect: retry-without-delay
                logger.warning("receive: %s", error)
                continue
            logger.info("%d bytes from %s", len(data), peer)

    def receive_until_error(self) -> None:
        while not self.stopped.is_set():
            try:
                data, peer = self.sock.recvfrom(65536)
            except TimeoutError:
                continue
            except OSError:
                logger.exception("receive")
                break
            logger.info("%d bytes from %s", len(data), peer)

    def receive_and_decode(self) -> None:
        """A bad message has been read: the next one may be good."""
        while not self.stopped.is_set():
            try:
                data, _ = self.sock.recvfrom(65536)
            except TimeoutError:
                continue
            try:
                logger.info("%s", json.loads(data))
            except ValueError as error:
                logger.warning("ignored: %s", error)

    def work(self) -> None:
        """Each failure has used up a job."""
        while not self.stopped.is_set():
            host = self.jobs.get()
            try:
                socket.create_connection((host, 80), timeout=3).close()
            except OSError as error:
                logger.warning("%s: %s", host, error)

    def receive_nonblocking(self) -> None:
        """Not ready is not failed; what spins here is reported as a busy wait, if at all."""
        self.sock.setblocking(False)
        while not self.stopped.is_set():
            try:
                data = self.sock.recv(65536)
            except BlockingIOError:
                continue
            logger.info("%d bytes", len(data))


def echo(sock: socket.socket) -> None:
    # Class: a datagram that did not arrive is told once, by the next read.
    while True:
        try:
            data, peer = sock.recvfrom(2048)
        except ConnectionResetError:
            continue
        sock.sendto(data, peer)


jobs = queue.SimpleQueue()


def fetch_and_print(url: str) -> None:
    with socket.create_connection((url, 80), timeout=5) as sock:
        sock.sendall(b"GET /\r\n\r\n")
        print(sock.recv(1024))


def work() -> None:
    # Class: the next round has another item.
    while True:
        url = jobs.get()
        if url is None:
            break
        try:
            fetch_and_print(url)
        except Exception:
            logger.exception("could not fetch %s", url)
