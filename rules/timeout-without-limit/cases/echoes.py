"""Health checks of all that are still open."""

import socket


class Connection:
    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.sessions: dict[int, bytes] = {}

    def send(self, message: bytes, session: int) -> None:
        self.sock.sendall(message + bytes([session]))

    def receive(self) -> None:
        """Class: an echo for each session, whose failure ends the loop."""
        self.sock.settimeout(600)
        while True:
            try:
                data = self.sock.recv(4096)
            except TimeoutError:
                for session in self.sessions:
                    self.send(b"echo", session)
                continue
            if not data:
                return
