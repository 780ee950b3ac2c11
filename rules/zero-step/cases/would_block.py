"""Sockets that do not block: what would block takes nothing."""
import select
import socket


class Output:
    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock

    def send(self, rest: bytes) -> int:
        try:
            return self.sock.send(rest)
        except BlockingIOError:
            return 0

    def send_all(self, line: bytes) -> None:
        sent = 0
        while sent < len(line):  # expect: zero-step
            sent += self.send(line[sent:])

    def send_rest(self, line: bytes) -> None:
        while line:  # expect: zero-step
            try:
                line = line[self.sock.send(line):]
            except BlockingIOError:
                pass

    def send_when_there_is_room(self, line: bytes) -> None:
        while line:
            try:
                line = line[self.sock.send(line):]
            except BlockingIOError:
                select.select([], [self.sock], [])

    def send_after_somebody(self, line: bytes, until_writable) -> None:
        while line:
            try:
                line = line[self.sock.send(line):]
            except BlockingIOError:
                until_writable(self.sock)

    def send_blocking(self, line: bytes) -> None:
        sent = 0
        while sent < len(line):
            sent += self.sock.send(line[sent:])


async def send_in_turn(sock: socket.socket, line: bytes, writable) -> None:
    while line:
        try:
            line = line[sock.send(line):]
        except BlockingIOError:
            await writable.wait()
