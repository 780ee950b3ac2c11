"""Who is at the other end, and whether it is connected already."""

import asyncio
import contextlib
import smtplib
import socket
import ssl

import requests


class Local:
    def __init__(self, path: str, port: int, context: ssl.SSLContext) -> None:
        self.path = path
        self.port = port
        self.context = context

    def connect_socket_file(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(self.path)

    def connect_loopback(self) -> None:
        self.sock = socket.socket()
        self.sock.connect(("127.0.0.1", self.port))

    def connect_to_itself(self) -> None:
        listener = socket.socket()
        listener.bind(("", 0))
        address = listener.getsockname()
        self.sock = socket.socket()
        self.sock.connect(address)

    def connect_datagrams(self, host: str) -> None:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.connect((host, self.port))
        self.sock = sock

    def connect_elsewhere(self, host: str) -> None:
        self.sock = socket.socket()
        self.sock.connect((host, self.port))  # expect: missing-timeout

    def wrap_before_connecting(self, host: str) -> None:
        plain = socket.socket()
        self.secure = self.context.wrap_socket(plain, server_hostname=host)

    def connect_in_time(self, host: str) -> None:
        with contextlib.ExitStack() as stack:
            plain = stack.enter_context(socket.create_connection((host, self.port), 1.0))
            stack.enter_context(self.context.wrap_socket(plain, server_hostname=host))


class Protocol(asyncio.Protocol):
    async def connect(self, loop: asyncio.AbstractEventLoop, sock: socket.socket) -> None:
        """The socket is connected: only the protocol is put around it."""
        await loop.create_connection(lambda: self, sock=sock)


def is_ready(port: int) -> bool:
    # Class: an address that is put together, and begins with this machine.
    while True:
        answer = requests.get(f"http://127.0.0.1:{port}/health")
        if answer.ok:
            return True


def own_address(family: int) -> str:
    for host in ("10.255.255.255", "10.0.0.1"):
        sock = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        sock.connect((host, 1))
        print(sock.getsockname())
    return ""


def send_here(sender: str, receivers: list[str], text: str) -> None:
    """Without an address the mail server is that of this machine."""
    while receivers:
        connection = smtplib.SMTP()
        connection.connect()
        connection.sendmail(sender, receivers.pop(), text)
        connection.quit()


def send_there(host: str, sender: str, receivers: list[str], text: str) -> None:
    while receivers:
        connection = smtplib.SMTP()
        connection.connect(host)  # expect: missing-timeout
        connection.sendmail(sender, receivers.pop(), text)
        connection.quit()
