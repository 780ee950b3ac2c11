"""Servers of one thread, and what a bad message does to them."""

import json
import socket
import struct
import threading


class Discovery:
    """Class: any datagram that is not text ends the discovery service."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.names: dict[str, str] = {}

    def run(self) -> None:
        while True:
            data, address = self.sock.recvfrom(1024)
            name = data.decode().strip()  # expect: peer-input-stops-server
            self.names[name] = address[0]

    def run_guarded(self) -> None:
        while True:
            data, address = self.sock.recvfrom(1024)
            try:
                name = data.decode().strip()
            except UnicodeDecodeError:
                continue
            self.names[name] = address[0]

    def run_half_guarded(self) -> None:
        while True:
            data, address = self.sock.recvfrom(1024)
            try:
                self.names.update(json.loads(data))  # expect: peer-input-stops-server
            except json.JSONDecodeError:
                continue

    def run_replacing(self) -> None:
        while True:
            data, address = self.sock.recvfrom(1024)
            self.names[repr(data)] = address[0]


def lenient(sock: socket.socket, handle) -> None:
    while True:
        data, _ = sock.recvfrom(1024)
        handle(data.decode("latin-1"), data.decode("utf-8", "replace"), data.decode(errors="ignore"))


def checked(sock: socket.socket, handle) -> None:
    while True:
        data, _ = sock.recvfrom(1024)
        if len(data) != 8:
            continue
        text = data.decode(errors="replace")
        if text.isdigit():
            handle(int(text))
        handle(struct.unpack("!II", data))


def accept(listener: socket.socket, handle) -> None:
    while True:
        connection, _ = listener.accept()
        header = connection.recv(4)
        (length,) = struct.unpack("!I", header)  # expect: peer-input-stops-server
        handle(connection.recv(length))
        connection.close()


def accept_in_threads(listener: socket.socket, handle) -> None:
    def serve(connection: socket.socket) -> None:
        (length,) = struct.unpack("!I", connection.recv(4))
        handle(connection.recv(length))

    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection,)).start()


def accept_guarded_outside(listener: socket.socket, handle, log) -> None:
    try:
        while True:
            connection, _ = listener.accept()
            handle(json.loads(connection.recv(4096)))
    except Exception:
        log("server ends")


def converse(sock: socket.socket, handle) -> None:
    # One conversation: nobody else is served here.
    while data := sock.recv(4096):
        handle(json.loads(data))
