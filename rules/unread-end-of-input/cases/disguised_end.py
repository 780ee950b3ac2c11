"""The end of the input is handed on as "not ready": whoever selects is woken at once, for ever."""

import socket
import ssl


class Incoming:
    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.buffer = b""

    def fill(self) -> None:
        data = self.sock.recv(4096)
        if not data:
            raise BlockingIOError("nothing yet")  # expect: unread-end-of-input/strict
        self.buffer += data

    def fill_tls(self) -> None:
        data = self.sock.recv(4096)
        if len(data) == 0:
            raise ssl.SSLWantReadError  # expect: unread-end-of-input/strict
        self.buffer += data

    def fill_or_end(self) -> None:
        data = self.sock.recv(4096)
        if not data:
            raise ConnectionResetError("closed by the peer")
        self.buffer += data
