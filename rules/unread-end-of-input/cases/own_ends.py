"""Streams whose other end the program holds itself, and devices, which have no end."""

import socket

import paramiko


class Waker:
    def __init__(self) -> None:
        self._send, self._receive = socket.socketpair()
        self._receive.setblocking(False)
        self._closed = False

    def wake(self) -> None:
        self._send.send(b"\0")

    def run(self, selector) -> None:
        while not self._closed:
            for key, _ in selector.select():
                if key.fileobj is self._receive:
                    try:
                        while self._receive.recv(4096):
                            pass
                    except BlockingIOError:
                        pass


class Tunnel:
    def __init__(self, unit: int) -> None:
        self._file = open(f"/dev/tap{unit}", "rb+", buffering=0)

    def run(self, on_packet) -> None:
        while True:
            try:
                data = self._file.read(65536)
            except OSError:
                break
            on_packet(data)


def read_clock(path: str) -> bytes:
    with open("/dev/rtc0", "rb") as clock:
        while True:
            tick = clock.read(8)
            if tick.endswith(b"\1"):
                return tick


class Recording:
    def __init__(self, path: str) -> None:
        self._file = open(path, "rb", buffering=0)

    def run(self) -> list[bytes]:
        packets = []
        while True:  # expect: unread-end-of-input
            try:
                data = self._file.read(65536)
            except OSError:
                return packets
            packets.append(data)


def take_what_has_come(channel: paramiko.Channel, take) -> None:
    """At the end nothing is ready any more."""
    while channel.recv_ready():
        data = channel.recv(65535)
        if data:
            take(data)


def take_both(session, take) -> None:
    ready = session.recv_ready()
    while ready:
        data = session.recv(65535)
        if data:
            take(data)
        ready = session.recv_ready()


def take_from_another(port, connection: socket.socket) -> None:
    """That the other one has something says nothing of this one."""
    while True:  # expect: unread-end-of-input/strict
        if port.in_waiting():
            connection.sendall(port.read(10))
        port.write(connection.recv(1024))


def serves_each(table, sent):
    """Each round takes another one."""
    while True:
        client = table.waiting().pop(0)
        sent.append(client.recv(100))
