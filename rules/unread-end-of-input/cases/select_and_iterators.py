"""Readiness does not excuse the missing test: a stream at its end is always ready."""

import select
import selectors
import socket


def wait_for_reply(sock: socket.socket, stop) -> bytes:
    data = b""
    while not stop.is_set():  # expect: unread-end-of-input
        ready, _, _ = select.select([sock], [], [], 1.0)
        if sock in ready:
            data += sock.recv(4096)
            if b"\n" in data:
                break
    return data


def wait_for_reply_checked(sock: socket.socket, stop) -> bytes:
    data = b""
    while not stop.is_set():
        ready, _, _ = select.select([sock], [], [], 1.0)
        if sock in ready:
            chunk = sock.recv(4096)
            if not chunk:
                break
            data += chunk
            if b"\n" in data:
                break
    return data


class Frame:
    """Class: a readable socket is read only `if` it has data, and nothing happens otherwise."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.data = b""

    def read(self) -> bytes:
        while not self.data.endswith(b"\0"):  # expect: unread-end-of-input
            if chunk := self.sock.recv(65536):
                self.data += chunk
        return self.data

    def read_checked(self) -> bytes:
        while not self.data.endswith(b"\0"):
            if chunk := self.sock.recv(65536):
                self.data += chunk
            else:
                raise EOFError("closed")
        return self.data


def skip_to_section(lines) -> None:
    source = iter(lines)
    while next(source, None) != "[section]":  # expect: unread-end-of-input
        pass


def skip_to_section_checked(lines) -> bool:
    source = iter(lines)
    while True:
        line = next(source, None)
        if line is None:
            return False
        if line == "[section]":
            return True


def skip_to_section_raising(lines) -> None:
    # next() without a default raises StopIteration at the end.
    source = iter(lines)
    while next(source) != "[section]":
        pass


def unregister_at_end(selector: selectors.BaseSelector) -> None:
    while selector.get_map():
        for key, _ in selector.select():
            data = key.fileobj.recv(4096)
            if data:
                key.data.feed(data)
            else:
                selector.unregister(key.fileobj)
