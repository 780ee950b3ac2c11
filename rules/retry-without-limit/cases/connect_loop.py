"""Connecting until it works: success leaves the loop, failure sleeps and goes round."""

import logging
import socket
import threading
import time

logger = logging.getLogger(__name__)

RETRY_DELAY = 2.0


def connect(host: str, port: int) -> socket.socket:
    while True:
        try:
            return socket.create_connection((host, port), timeout=5)
        except OSError as error:  # expect: retry-without-limit
            logger.warning("cannot connect to %s:%d: %s", host, port, error)
            time.sleep(RETRY_DELAY)


def connect_with_flag(host: str, port: int) -> socket.socket:
    connected = False
    while not connected:
        sock = socket.socket()
        sock.settimeout(5)
        try:
            sock.connect((host, port))
            connected = True
        except ConnectionRefusedError:  # expect: retry-without-limit/strict
            sock.close()
            time.sleep(RETRY_DELAY)
    return sock


def connect_with_none(host: str, port: int) -> socket.socket:
    sock = None
    while sock is None:
        try:
            sock = socket.create_connection((host, port), timeout=5)
        except (ConnectionError, socket.gaierror):  # expect: retry-without-limit
            time.sleep(RETRY_DELAY)
    return sock


def connect_with_growing_delay(host: str, port: int) -> socket.socket:
    """Growing delays are kinder to the server, and no limit."""
    delay = 1.0
    while True:
        try:
            return socket.create_connection((host, port), timeout=5)
        except OSError:  # expect: retry-without-limit/strict
            time.sleep(delay)
            delay = min(delay * 2, 60.0)


def connect_with_error_code(address: tuple[str, int]) -> socket.socket:
    """An error code is an answer like any other: silent."""
    sock = socket.socket()
    sock.settimeout(5)
    while sock.connect_ex(address) != 0:
        time.sleep(RETRY_DELAY)
    return sock


def connect_counted(host: str, port: int, attempts: int) -> socket.socket:
    failed = 0
    while True:
        try:
            return socket.create_connection((host, port), timeout=5)
        except OSError:
            failed += 1
            if failed == attempts:
                raise
            time.sleep(RETRY_DELAY)


def connect_counted_in_test(host: str, port: int) -> socket.socket | None:
    attempt = 0
    while attempt < 10:
        try:
            return socket.create_connection((host, port), timeout=5)
        except OSError:
            time.sleep(RETRY_DELAY)
        attempt += 1
    return None


def connect_in_range(host: str, port: int) -> socket.socket:
    for attempt in range(5):
        try:
            return socket.create_connection((host, port), timeout=5)
        except OSError as error:
            logger.info("attempt %d: %s", attempt, error)
            time.sleep(RETRY_DELAY)
    raise ConnectionError("gave up")


def connect_before_deadline(host: str, port: int, patience: float) -> socket.socket:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            return socket.create_connection((host, port), timeout=5)
        except OSError:
            time.sleep(RETRY_DELAY)
    raise TimeoutError(f"no answer from {host} within {patience} s")


def connect_until_stopped(host: str, port: int, stop: threading.Event) -> socket.socket | None:
    """A connection that is kept up by design: its user says when to give up."""
    while not stop.wait(RETRY_DELAY):
        try:
            return socket.create_connection((host, port), timeout=5)
        except OSError as error:
            logger.warning("%s", error)
    return None


def connect_to_first(hosts: list[str], port: int) -> socket.socket | None:
    """Each failure has a host less to try."""
    while hosts:
        host = hosts.pop(0)
        try:
            return socket.create_connection((host, port), timeout=5)
        except OSError:
            continue
    return None


def wait_for_service(path: str) -> socket.socket:
    # Class: the service that starts beside this program, on the same machine.
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    while True:
        try:
            sock.connect(path)
        except ConnectionRefusedError:
            time.sleep(0.1)
            continue
        return sock


def wait_for_debugger() -> socket.socket:
    while True:
        try:
            return socket.create_connection(("localhost", 4444))
        except ConnectionRefusedError:
            time.sleep(0.1)
