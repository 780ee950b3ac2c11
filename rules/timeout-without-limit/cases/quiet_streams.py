"""A quiet stream is no dead peer; a caller that waits for an answer waits for ever."""

import asyncio
import socket

import websockets


class Feed:
    def __init__(self) -> None:
        self.running = True

    def stop(self) -> None:
        self.running = False

    async def follow(self, socket: websockets.ClientConnection) -> None:
        """The library pings by itself and ends the wait when no answer comes."""
        while True:
            try:
                message = await asyncio.wait_for(socket.recv(), 30)
            except asyncio.TimeoutError:
                continue
            print(message)

    async def beat(self, socket, wait: float) -> None:
        """Writing to a peer that is gone fails sooner or later."""
        while self.running:
            try:
                await asyncio.wait_for(self.next(socket), timeout=wait)
            except asyncio.TimeoutError:
                await socket.pong()

    async def next(self, socket) -> None:
        print(await socket.recv())


class Port:
    def __init__(self, host: str) -> None:
        self.socket = socket.create_connection((host, 7000), timeout=5)
        self.socket.settimeout(host.count("."))
        self.is_open = True

    def close(self) -> None:
        self.is_open = False

    def read_loop(self) -> None:
        """The timeout serves to look at the flag."""
        while self.is_open:
            try:
                data = self.socket.recv(1024)
            except socket.timeout:  # expect: timeout-without-limit/strict
                continue
            if not data:
                break
            print(data)

    def read(self, count: int) -> bytes:
        """Somebody waits for these bytes."""
        parts = []
        while count > 0:
            try:
                data = self.socket.recv(count)
            except socket.timeout:  # expect: timeout-without-limit
                continue
            if not data:
                raise EOFError
            parts.append(data)
            count -= len(data)
        return b"".join(parts)


class Routes:
    def __init__(self, sock: socket.socket, wait: float) -> None:
        self.sock = sock
        self.sock.settimeout(wait)
        self.is_active = True

    def stop(self) -> None:
        self.is_active = False

    def receive(self, size: int) -> None:
        while self.is_active:
            try:
                data = self.sock.recv(size)
            except socket.timeout:  # expect: timeout-without-limit/strict
                continue
            if not data:
                break
            print(data)


def listen(host: str, wait: float, stopped: list) -> None:
    """Events that a client has asked for come when they come."""
    sock = socket.create_connection((host, 6800), timeout=wait)
    while not stopped:
        try:
            data = sock.recv(1024)
        except socket.timeout:  # expect: timeout-without-limit/strict
            continue
        if not data:
            break
        print(data)
