"""A function that takes a timeout and does not give it to the call that waits.

The shape of a DNS client, whose `timeout` bounded the exchange and not the connecting, and of a job client, whose
optional timeout turned the library's default off for everybody who gave none.
"""

import asyncio
import http.client
import imaplib
import socket
import ssl
import sys

import httpx
import pika
import requests


def open_channel(host: str, port: int, timeout: float = 10.0) -> socket.socket:
    sock = socket.create_connection((host, port))  # expect: missing-timeout
    sock.sendall(f"patience {timeout}\n".encode())
    return sock


def open_channel_in_time(host: str, port: int, timeout: float = 10.0) -> socket.socket:
    sock = socket.create_connection((host, port), timeout=timeout)
    sock.sendall(f"patience {timeout}\n".encode())
    return sock


async def exchange(host: str, query: bytes, timeout: float) -> bytes:
    reader, writer = await asyncio.open_connection(host, 853)  # expect: missing-timeout
    writer.write(query)
    return await asyncio.wait_for(reader.readexactly(512), timeout)


async def exchange_in_time(host: str, query: bytes, timeout: float) -> bytes:
    reader, writer = await asyncio.wait_for(asyncio.open_connection(host, 853), timeout)
    writer.write(query)
    return await asyncio.wait_for(reader.readexactly(512), timeout)


def head(host: str, path: str, timeout: float) -> int:
    connection = http.client.HTTPSConnection(host, timeout=timeout)
    connection.request("HEAD", path)
    return connection.getresponse().status


def submit(url: str, job: dict, request_timeout: float = 30.0) -> str:
    answer = requests.post(url, json=job)  # expect: missing-timeout
    return f"{answer.status_code} within {request_timeout} s"


class JobClient:
    def __init__(self) -> None:
        self.client = httpx.Client(timeout=20)

    def request(self, method: str, url: str, request_timeout: float | None = None) -> httpx.Response:
        """`None` is not "as the client was built", it is "for ever"."""
        timeout = None
        if request_timeout is not None:
            timeout = httpx.Timeout(request_timeout)
        return self.client.request(method, url, timeout=timeout)  # expect: missing-timeout

    def request_with_default(self, method: str, url: str, request_timeout: float | None = None) -> httpx.Response:
        timeout = httpx.USE_CLIENT_DEFAULT
        if request_timeout is not None:
            timeout = httpx.Timeout(request_timeout)
        return self.client.request(method, url, timeout=timeout)


def fetch(url: str, timeout: float | None = None) -> bytes:
    """The timeout is passed on as it is; whoever gives none has decided."""
    return requests.get(url, timeout=timeout).content


def mailbox(host: str, port: int, timeout: float) -> imaplib.IMAP4:
    # Older releases of the library take none.
    if sys.version_info < (3, 9):
        return imaplib.IMAP4(host, port)
    return imaplib.IMAP4(host, port, timeout)


class Device:
    async def connect(self, timeout: float) -> None:
        task = asyncio.open_connection(self.host, self.port)
        async with asyncio.timeout(timeout):
            self.reader, self.writer = await task


def told_before(host: str, port: int, timeout: float) -> ssl.SSLSocket:
    plain = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    plain.settimeout(timeout)
    wrapped = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    wrapped.connect((host, port))
    return wrapped


def told_by_options(url: str, connection_timeout: int) -> pika.BlockingConnection:
    parameters = pika.URLParameters(url)
    parameters.blocked_connection_timeout = connection_timeout
    return pika.BlockingConnection(parameters)
