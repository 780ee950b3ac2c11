"""Servers that look at a flag between two connections and wait for the next one."""

import socket
import threading


class Listener:
    def __init__(self, address: tuple[str, int]) -> None:
        self._server = socket.create_server(address)
        self._stopping = threading.Event()

    def stop(self) -> None:
        self._stopping.set()

    def serve(self) -> None:
        while not self._stopping.is_set():  # expect: stop-check-behind-endless-wait/strict
            conn, _ = self._server.accept()
            conn.close()


class ListenerWithTimeout:
    def __init__(self, address: tuple[str, int]) -> None:
        self._server = socket.create_server(address)
        self._server.settimeout(0.5)
        self._stopping = threading.Event()

    def stop(self) -> None:
        self._stopping.set()

    def serve(self) -> None:
        while not self._stopping.is_set():
            try:
                conn, _ = self._server.accept()
            except TimeoutError:
                continue
            conn.close()


class ListenerThatIsClosed:
    """Closing the socket ends the wait."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._server = socket.create_server(address)
        self._stopping = threading.Event()

    def stop(self) -> None:
        self._stopping.set()
        self._server.close()

    def serve(self) -> None:
        while not self._stopping.is_set():
            try:
                conn, _ = self._server.accept()
            except OSError:
                break
            conn.close()


class Receiver:
    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._closed = False
        self.received = 0

    def close(self) -> None:
        self._closed = True

    def run(self) -> None:
        while not self._closed:  # fixme: expect: stop-check-behind-endless-wait/strict
            data = self._sock.recv(4096)
            if not data:
                break
            self.received += len(data)


class ReceiverThatIsShutDown:
    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._closed = False
        self.received = 0

    def close(self) -> None:
        self._closed = True
        self._sock.shutdown(socket.SHUT_RDWR)

    def run(self) -> None:
        while not self._closed:
            data = self._sock.recv(4096)
            if not data:
                break
            self.received += len(data)
