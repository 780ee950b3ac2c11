"""Bytes are collected until a message is complete; only the collection is tested, never the read."""

import os
import socket
from socket import create_connection


def read_line(sock: socket.socket) -> bytes:
    data = b""
    while True:  # expect: unread-end-of-input
        data += sock.recv(4096)
        if data.endswith(b"\n"):
            return data


def read_line_until_closed(sock: socket.socket) -> bytes:
    data = b""
    while True:
        chunk = sock.recv(4096)
        if not chunk:
            raise ConnectionError("peer closed in the middle of a line")
        data += chunk
        if data.endswith(b"\n"):
            return data


def read_packet(sock: socket.socket, length: int) -> bytes:
    # Class: the end is looked for in the collected data, which is no longer empty
    # when the connection breaks in the middle of a packet.
    data = b""
    while len(data) < length:  # expect: unread-end-of-input
        data += sock.recv(length - len(data))
        if len(data) == 0:
            raise ConnectionError("closed before the first byte")
    return data


def read_packet_checked(sock: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        chunk = sock.recv(length - len(data))
        if len(chunk) == 0:
            raise ConnectionError("closed in the middle of a packet")
        data += chunk
    return data


def read_counted(sock: socket.socket, size: int) -> bytes:
    parts = []
    got = 0
    while got < size:  # expect: unread-end-of-input
        chunk = sock.recv(min(size - got, 65536))
        parts.append(chunk)
        got += len(chunk)
    return b"".join(parts)


def read_into_view(sock: socket.socket, view: memoryview) -> None:
    got = 0
    while got < len(view):  # expect: unread-end-of-input
        got += sock.recv_into(view[got:])


def read_into_view_checked(sock: socket.socket, view: memoryview) -> None:
    got = 0
    while got < len(view):
        count = sock.recv_into(view[got:])
        if count == 0:
            raise EOFError("short read")
        got += count


def handshake(host: str, port: int) -> bytes:
    sock = create_connection((host, port), timeout=10)
    banner = bytearray()
    while b"\r\n\r\n" not in banner:  # expect: unread-end-of-input
        banner.extend(sock.recv(1024))
    return bytes(banner)


def drain_pipe(fd: int) -> bytes:
    output = b""
    while 1:  # expect: unread-end-of-input
        output += os.read(fd, 65536)
        if b"DONE" in output:
            break
    return output


def drain_pipe_checked(fd: int) -> bytes:
    output = b""
    while chunk := os.read(fd, 65536):
        output += chunk
        if b"DONE" in output:
            break
    return output


class Sentences:
    """Class: of nothing the first byte is below all others, so that its number is 0, which ends the sentence."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock

    def length(self) -> int:
        first = self.sock.recv(1)
        if first < b"\x80":
            return int.from_bytes(first, "big")
        first += self.sock.recv(1)
        return int.from_bytes(first, "big") - 0x8000

    def read(self) -> list[int]:
        lengths = []
        length = self.length()
        while length != 0:
            lengths.append(length)
            length = self.length()
        return lengths
