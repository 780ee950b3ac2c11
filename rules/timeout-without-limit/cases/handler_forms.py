"""The ways in which Python names a timeout."""

import asyncio
import concurrent.futures
import contextlib
import logging
import socket
from asyncio import TimeoutError as AsyncTimeout
from asyncio import wait_for
from socket import timeout as SocketTimeout

logger = logging.getLogger(__name__)

IDLE = (socket.timeout, asyncio.TimeoutError)


def read_with_tuple(host: str) -> bytes:
    sock = socket.create_connection((host, 9000), timeout=30)
    received = b""
    while True:
        try:
            data = sock.recv(1024)
        except (TimeoutError, InterruptedError):  # expect: timeout-without-limit
            continue
        if not data:
            return received
        received += data


def read_with_named_tuple(host: str) -> bytes:
    sock = socket.create_connection((host, 9000), timeout=30)
    received = b""
    while True:
        try:
            data = sock.recv(1024)
        except IDLE:  # expect: timeout-without-limit
            continue
        if not data:
            return received
        received += data


def read_with_alias(host: str) -> bytes:
    sock = socket.create_connection((host, 9000), timeout=30)
    received = b""
    while True:
        try:
            data = sock.recv(1024)
        except SocketTimeout:  # expect: timeout-without-limit
            logger.info("idle")
            continue
        if not data:
            return received
        received += data


async def read_with_async_alias(host: str) -> bytes:
    reader, _ = await asyncio.wait_for(asyncio.open_connection(host, 9000), 10)
    received = b""
    while True:
        try:
            data = await asyncio.wait_for(reader.read(1024), timeout=15)
        except AsyncTimeout:  # expect: timeout-without-limit
            continue
        if not data:
            return received
        received += data


async def read_suppressed(host: str) -> None:
    reader, writer = await asyncio.wait_for(asyncio.open_connection(host, 9000), 10)
    while not writer.is_closing():
        with contextlib.suppress(TimeoutError): writer.write(await wait_for(reader.read(64), 30))  # expect: timeout-without-limit


def read_and_stop_at_silence(host: str) -> bytes:
    """The timeout is the end of the message."""
    sock = socket.create_connection((host, 9000), timeout=30)
    received = b""
    while True:
        try:
            data = sock.recv(1024)
        except (socket.timeout, ConnectionResetError):
            return received
        if not data:
            return received
        received += data


def read_and_reraise(host: str) -> bytes:
    sock = socket.create_connection((host, 9000), timeout=30)
    received = b""
    while True:
        try:
            data = sock.recv(1024)
        except SocketTimeout as error:
            raise ConnectionAbortedError(f"{host} went silent") from error
        if not data:
            return received
        received += data


def wait_for_result(future: concurrent.futures.Future, cancelled) -> object:
    """The future is this process's own; nothing remote times out."""
    while not cancelled():
        try:
            return future.result(timeout=1.0)
        except concurrent.futures.TimeoutError:
            continue
    return None
