"""Reads whose input never gives nothing for ever, or whose end is told another way: accepted."""

import os
import pty
import select
import socket
import threading


class Datagrams:
    """An empty datagram is no end."""

    def __init__(self) -> None:
        self.socket: socket.socket = None

    def open(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def run(self, handle) -> None:
        while True:
            data = self.socket.recv(2048)
            if data:
                handle(data)


class Wakeup:
    """Both ends of the pair are its own."""

    def __init__(self) -> None:
        self.reader: socket.socket
        self.reader, self.writer = socket.socketpair()
        self.reader.setblocking(False)
        self.pipe = os.pipe()

    def drain(self) -> None:
        try:
            while True:
                self.reader.recv(4096)
        except BlockingIOError:
            pass

    def wait(self) -> None:
        while True:
            ready, _, _ = select.select([self.pipe[0]], [], [], 1)
            if ready:
                os.read(self.pipe[0], 1)


def terminal(process, lines: list) -> None:
    # The master side fails when the other one is gone.
    master, _slave = pty.openpty()
    while True:
        try:
            raw = os.read(master, 4096)
        except OSError:
            break
        if raw:
            lines.append(raw)


def child_output(lines: list) -> None:
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.write(writer, b"hello\n")
        os._exit(0)
    os.close(writer)
    while True:  # expect: unread-end-of-input
        raw = os.read(reader, 4096)
        if raw:
            lines.append(raw)


class Tube:
    """Raises at the end, so whoever has one need not look for it."""

    def recv(self, count: int) -> bytes:
        data = self.fill(count)
        if not data:
            raise EOFError
        return data

    def fill(self, count: int) -> bytes:
        return self.sock.recv(count)


def download(connection, size: int) -> bytes:
    data = b""
    while len(data) != size:  # expect: unread-end-of-input/strict
        data += connection.recv(size - len(data))
    return data


class Session:
    """The end closes it, which the loop asks through a property."""

    def __init__(self, reader) -> None:
        self.reader = reader
        self._closed = False

    @property
    def is_closed(self) -> bool:
        return self._closed

    def receive(self) -> list:
        data = self.reader.read(1024)
        if not data:
            self._closed = True
            return []
        return [data]


def serve(reader, handle) -> None:
    session = Session(reader)
    while not session.is_closed:
        for item in session.receive():
            handle(item)


def asks_the_stream(reader, chunks: list) -> list:
    while True:
        chunk = bytes(reader.read(1024))
        if chunk:
            chunks.append(chunk)
            continue
        if reader.writer_dropped:
            return chunks


def closes_it(selector, handle) -> None:
    while True:
        for fileobj in selector.ready():
            data = fileobj.recv(16000)
            if not data:
                fileobj.close()
                selector.remove(fileobj)
            else:
                handle(data)


def sets_an_event(stdin, send) -> None:
    done = threading.Event()
    while not done.is_set():
        data = stdin.read(1)
        if not data:
            done.set()
        else:
            send(data)


def no_number(rfile) -> int:
    # An empty line is no number: `int` raises.
    total = -1
    while total != 0:
        total = int(rfile.readline().split(b";", 1)[0], 16)
    return total


def decoded(fp) -> None:
    while True:
        line = str(fp.readline(), "latin-1")
        if not line:
            raise ConnectionError("closed")
        if line.startswith("HTTP/"):
            break


class Watch:
    """An empty line makes it connect again, so that the next line is another stream's."""

    def __init__(self, connect) -> None:
        self.connect = connect
        self.response = None

    def reconnect(self) -> None:
        if self.response:
            self.response.close()
            self.response = None

    def next(self) -> bytes:
        while True:
            if self.response is None:
                self.response = self.connect()
            line = self.response.content.readline()
            if line == b"":
                self.reconnect()
                continue
            return line


class Frames:
    """What is left is compared with nothing only where something is left."""

    def __init__(self, data, transport) -> None:
        self.buffer = data
        self.transport = transport

    def read(self, size: int) -> bytes:
        data = self.buffer.read(size)
        left = size - len(data)
        if left == 0:
            return data
        self.read_frame(left)
        return data + self.buffer.read(left)

    def refill(self, size: int) -> bytes:
        result = b""
        while len(result) < size:
            result += self.read(size - len(result))
        return result
