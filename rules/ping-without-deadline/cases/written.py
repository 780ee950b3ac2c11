"""A heartbeat that is only written."""

import socket
import time


def beat(sock: socket.socket) -> None:
    # Class: the writes succeed, and the peer has been gone for minutes.
    heartbeat = b"\x00"
    while True:
        sock.sendall(heartbeat)  # expect: ping-without-deadline/strict
        time.sleep(10)


def beat_and_read(sock: socket.socket) -> None:
    heartbeat = b"\x00"
    sock.settimeout(5)
    while True:
        sock.sendall(heartbeat)
        if not sock.recv(1):
            return
        time.sleep(10)


def pump(sock: socket.socket, data: bytes) -> None:
    while True:
        sock.sendall(data)
        time.sleep(10)
