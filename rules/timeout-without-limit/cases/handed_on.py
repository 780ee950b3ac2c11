"""What a parameter without a type is, its callers tell."""

import functools
import logging
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

log = logging.getLogger(__name__)


def in_thread(peer, address):
    while True:
        try:
            part = peer.recv(4096)
        except socket.timeout:  # expect: timeout-without-limit
            log.info("%s is slow", address)
            continue
        if not part:
            break


def in_pool(a, b=None):
    def forward(source, sink):
        while True:
            try:
                part = source.recv(4096)
            except TimeoutError:  # expect: timeout-without-limit
                continue
            if not part:
                return
            sink.sendall(part)

    backward = threading.Thread(target=forward, args=(b, a))
    backward.start()
    forward(a, b)


def of_part(a):
    while True:
        try:
            part = a.recv(4096)
        except TimeoutError:  # expect: timeout-without-limit
            continue
        if not part:
            break


def serve(listener: socket.socket, target) -> None:
    with ThreadPoolExecutor() as executor:
        while True:
            p, address = listener.accept()
            p.settimeout(10)
            threading.Thread(target=in_thread, args=(p, address)).start()
            q, _ = listener.accept()
            q.settimeout(10)
            executor.submit(in_pool, q, b=socket.create_connection(target, timeout=10))
            threading.Thread(target=functools.partial(of_part, q)).start()


class Session:
    def __init__(self, a, name):
        self.a = a
        self.name = name

    def run(self):
        while True:
            try:
                part = self.a.recv(4096)
            except TimeoutError:  # expect: timeout-without-limit/strict
                log.info("%s is slow", self.name)
                continue
            if not part:
                break


class NamedSession(Session):
    def __init__(self, a):
        super().__init__(a, "named")


def open_sessions(address):
    a = socket.create_connection(address, timeout=5)
    NamedSession(a).run()
    Session(a, "plain").run()


class Tape:
    def __init__(self, parts):
        self.parts = parts

    def recv(self, count):
        if not self.parts:
            raise TimeoutError
        return self.parts.pop()[:count]


def replay(a):
    parts = []
    while len(parts) < 10:
        try:
            parts.append(a.recv(10))
        except TimeoutError:
            continue
    return parts


def replayed():
    return replay(Tape([b"1", b"2"]))
