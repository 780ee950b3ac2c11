"""Lines and bodies from connections."""

import socket
import socketserver


class Handler(socketserver.StreamRequestHandler):
    """Class: one client sends a line without an end."""

    def handle(self) -> None:
        command = self.rfile.readline().strip()  # expect: unbounded-read/strict
        body = self.rfile.read()  # expect: unbounded-read/strict
        self.wfile.write(command + body)


class BoundedHandler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        command = self.rfile.readline(1024).strip()
        body = self.rfile.read(65536)
        self.wfile.write(command + body)


def ask(address: tuple[str, int]) -> bytes:
    with socket.create_connection(address, timeout=5) as sock:
        stream = sock.makefile("rb")
        return stream.readline()  # expect: unbounded-read/strict


def of_file(path: str) -> str:
    with open(path) as file:
        return file.readline()
