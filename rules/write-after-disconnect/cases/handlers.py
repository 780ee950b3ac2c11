"""Handlers of disconnects, and to whom they write."""

import socket


class Session:
    """Class: the last message of a session goes to a closed connection."""

    def __init__(self, sock: socket.socket, peers: list[socket.socket]) -> None:
        self.sock = sock
        self.peers = peers

    def run(self) -> None:
        while True:
            try:
                data = self.sock.recv(1024)
            except ConnectionResetError:
                self.sock.send(b"reset")  # expect: write-after-disconnect
                return
            if not data:
                return

    def answer(self, data: bytes) -> None:
        try:
            self.sock.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            self.sock.sendall(data)  # expect: write-after-disconnect

    def tell_others(self, data: bytes) -> None:
        try:
            self.sock.sendall(data)
        except BrokenPipeError:
            for peer in self.peers:
                peer.sendall(b"one left")

    def any_failure(self, data: bytes) -> None:
        try:
            self.sock.sendall(data)
        except OSError:
            self.sock.sendall(b"failed")

    def guarded(self, data: bytes) -> None:
        try:
            self.sock.sendall(data)
        except BrokenPipeError:
            try:
                self.sock.sendall(b"failed")
            except OSError:
                self.sock.close()

    def reconnect(self, address: tuple[str, int], data: bytes) -> None:
        try:
            self.sock.sendall(data)
        except BrokenPipeError:
            self.sock = socket.create_connection(address, timeout=5)
            self.sock.sendall(data)


class Publisher:
    """Class: the handler connects again, in a method of its own, before it writes."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address
        self.sock = socket.create_connection(address, timeout=5)

    def connect(self) -> None:
        self.sock = socket.create_connection(self.address, timeout=5)

    def publish(self, data: bytes) -> None:
        try:
            self.sock.sendall(data)
        except ConnectionResetError:
            self.connect()
            self.sock.sendall(data)
