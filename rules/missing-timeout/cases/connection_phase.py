"""Connecting, greeting and logging in: until that is done, nobody has agreed to anything."""

import asyncio
import smtplib
import socket
import ssl

import paramiko
import psycopg2


class PlainClient:
    def __init__(self, host: str, port: int) -> None:
        self.address = (host, port)
        self.sock: socket.socket | None = None

    def connect(self) -> None:
        self.sock = socket.create_connection(self.address)  # expect: missing-timeout

    def connect_step_by_step(self) -> None:
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.connect(self.address)  # expect: missing-timeout
        self.sock = sock

    def connect_with_argument(self) -> None:
        self.sock = socket.create_connection(self.address, timeout=5)

    def connect_with_position(self) -> None:
        self.sock = socket.create_connection(self.address, 5)

    def connect_with_setter(self) -> None:
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.settimeout(5)
        sock.connect(self.address)
        self.sock = sock


class MailClient:
    def __init__(self, host: str) -> None:
        self.host = host

    def login(self, user: str, password: str) -> smtplib.SMTP:
        server = smtplib.SMTP(self.host, 587)  # expect: missing-timeout
        server.login(user, password)
        return server

    def login_in_time(self, user: str, password: str) -> smtplib.SMTP:
        server = smtplib.SMTP(self.host, 587, timeout=20)
        server.login(user, password)
        return server


class ShellClient:
    def __init__(self, host: str) -> None:
        self.host = host

    def connect(self) -> paramiko.SSHClient:
        client = paramiko.SSHClient()
        client.load_system_host_keys()
        # The library bounds the handshake by itself, and the system the connect.
        client.connect(self.host, username="deploy")
        return client

    def connect_in_time(self) -> paramiko.SSHClient:
        client = paramiko.SSHClient()
        client.load_system_host_keys()
        client.connect(self.host, username="deploy", timeout=10, banner_timeout=10, auth_timeout=10)
        return client


class Database:
    def connect(self, host: str) -> None:
        self.connection = psycopg2.connect(host=host, dbname="jobs")  # expect: missing-timeout

    def connect_in_time(self, host: str) -> None:
        self.connection = psycopg2.connect(host=host, dbname="jobs", connect_timeout=10)


class LineClient:
    async def connect(self, host: str) -> None:
        self.reader, self.writer = await asyncio.open_connection(host, 7000)  # expect: missing-timeout/strict

    async def connect_and_greet(self, host: str) -> bytes:
        """The connection stands in time; the banner may never come."""
        self.reader, self.writer = await asyncio.wait_for(asyncio.open_connection(host, 7000), 10)
        return await self.reader.readline()  # expect: missing-timeout

    async def connect_and_greet_in_time(self, host: str) -> bytes:
        async with asyncio.timeout(10):
            self.reader, self.writer = await asyncio.open_connection(host, 7000)
            return await self.reader.readline()


class Gateway:
    """The handshake runs in the thread that accepts, so one silent peer keeps everybody out."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context
        self.listener = socket.create_server(("", 8443))

    def serve(self) -> None:
        while True:
            conn, _ = self.listener.accept()
            secure = self.context.wrap_socket(conn, server_side=True)  # expect: missing-timeout
            secure.close()

    def serve_in_time(self) -> None:
        while True:
            conn, _ = self.listener.accept()
            conn.settimeout(5)
            secure = self.context.wrap_socket(conn, server_side=True)
            secure.close()


class Backend:
    """A primitive that others build upon: who awaits it sets the deadline."""

    @classmethod
    async def connect_tcp(cls, host: str, port: int) -> tuple:
        return await asyncio.get_running_loop().create_connection(asyncio.Protocol, host, port)  # expect: missing-timeout/audit

    async def forward_connection(self, host: str, port: int):
        _, peer = await asyncio.get_running_loop().create_connection(asyncio.Protocol, host, port)  # expect: missing-timeout/audit
        return peer

    async def connect_home(self):
        return await asyncio.open_connection(self.host, 7000)  # expect: missing-timeout/strict


async def connect_to_any(addresses: list[str], port: int):
    for address in addresses:
        try:
            return await asyncio.open_connection(address, port)  # expect: missing-timeout/audit
        except OSError:
            continue
    raise ConnectionError(port)


class Remote:
    """Class: the timeout is told to the socket before it is wrapped, and comes from elsewhere."""

    def __init__(self, context: ssl.SSLContext, seconds: float) -> None:
        self.context = context
        self.seconds = seconds

    def connect(self, address: tuple[str, int]) -> None:
        self.plain = socket.socket()
        self.plain.settimeout(self.seconds)
        secure = self.context.wrap_socket(self.plain)
        secure.connect(address)


def send_all(host: str, messages: list[str]) -> None:
    # Class: what is called on a connection is spoken for where it is opened, `with` or without.
    while messages:
        with smtplib.SMTP(host) as connection:  # expect: missing-timeout
            connection.login("me", "secret")
            connection.sendmail("me@example.org", "you@example.org", messages.pop())
