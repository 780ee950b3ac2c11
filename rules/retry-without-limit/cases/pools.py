"""Candidates that run out, a stream of messages, a number that asks for no limit."""

import socket
import time


class NoServers(Exception):
    pass


class Client:
    def __init__(self, servers: list[tuple[str, int]], options: dict[str, int]) -> None:
        self.servers = servers
        self.options = options
        self.running = True
        self.socket: socket.socket | None = None

    def close(self) -> None:
        self.running = False

    def select(self) -> tuple[str, int]:
        if not self.servers:
            raise NoServers
        return self.servers.pop(0)

    def connect(self) -> socket.socket:
        """Class: a helper says that there is no server left."""
        while True:
            try:
                server = self.select()
                return socket.create_connection(server, timeout=5)
            except NoServers:
                if self.options["max_attempts"] < 0:
                    continue
                raise
            except OSError:
                time.sleep(1)

    def connect_at_most(self, most: int) -> None:
        """Class: each failure of the inner loop goes on to the next host; -1 asks for no limit."""
        tries = 0
        while self.running and self.socket is None and (tries < most or most == -1):
            for server in self.servers:
                try:
                    self.socket = socket.create_connection(server, timeout=5)
                    break
                except OSError:
                    tries += 1
            time.sleep(1)

    def messages(self):
        with socket.create_connection(self.servers[0], timeout=5) as sock:
            while data := sock.recv(4096):
                yield data

    def listen(self) -> None:
        """Class: a generator of messages is started again."""
        while True:
            try:
                for message in self.messages():
                    print(message)
                break
            except Exception as error:
                print(error)
                time.sleep(1)


class Subscription:
    """Class: a stream that is kept up for as long as somebody asks for its next item."""

    def __init__(self, server: tuple[str, int]) -> None:
        self.server = server
        self.sock: socket.socket | None = None

    def __iter__(self) -> "Subscription":
        return self

    def __next__(self) -> bytes:
        while True:
            try:
                if self.sock is None:
                    self.sock = socket.create_connection(self.server, timeout=5)
                return self.sock.recv(4096)
            except ConnectionError:
                self.sock = None
                time.sleep(1)
