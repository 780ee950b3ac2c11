"""Loops whose failures are caught, raised on purpose, or those of a process of their own."""

import json
import os
import socket
from binascii import unhexlify


class Listener:
    def __init__(self, port: int, callback) -> None:
        self.server = socket.create_server(("", port))
        self.callback = callback

    def listen(self) -> None:
        """Every failure goes to the user."""
        try:
            self.accept_all()
        except Exception as error:
            self.callback(error)

    def accept_all(self) -> None:
        while True:
            conn, _ = self.server.accept()
            self.callback(json.loads(conn.recv(4096)))

    def accept_unguarded(self) -> None:
        while True:
            conn, _ = self.server.accept()
            self.callback(json.loads(conn.recv(4096)))  # expect: peer-input-stops-server

    def run_unguarded(self) -> None:
        self.accept_unguarded()

    def fork_all(self) -> None:
        while True:
            self.serve_in_child(self.server.accept())

    def serve_in_child(self, connection) -> None:
        sock, _ = connection
        if os.fork() == 0:
            try:
                sock.sendall(sock.recv(4096))
            finally:
                os._exit(0)


class Device:
    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock

    def receive(self, wanted: str) -> bytes:
        """What came is wrong: that is for the caller to know."""
        while True:
            data, _ = self.sock.recvfrom(1024)
            if data.startswith(b"OFF"):
                raise ConnectionError("switched off")
            kind, payload = data.split()
            if kind.decode("ascii") == wanted:
                return unhexlify(payload)
