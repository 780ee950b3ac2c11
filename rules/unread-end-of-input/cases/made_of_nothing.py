"""What functions make of the nothing that a read gives: most of it ends the loop."""

import base64
import io
import re
import socket


def until_zero_byte(stream: io.BufferedReader) -> bytes | None:
    # Class: text of a debug section, by blocks. Less than a block is the end.
    size = 64
    parts = []
    while True:
        part, zero, _ = stream.read(size).partition(b"\0")
        parts.append(part)
        if zero:
            return b"".join(parts)
        if len(part) < size:
            return None


def few_lines(file: io.TextIOWrapper) -> None:
    while True:
        lines = file.read(4096).splitlines()
        if len(lines) < 4:
            return


def all_bytes(file: io.BufferedReader) -> int:
    count = 0
    while any(file.read(16)):
        count += 1
    return count


def number(file: io.BufferedReader) -> int:
    total = 0
    while True:
        value = int.from_bytes(file.read(4), "big")
        if value == 0:
            return total
        total += value


def hexadecimal(file: io.BufferedReader) -> None:
    while file.read(4).hex() != "":
        pass


def matches(file: io.TextIOWrapper, pattern: re.Pattern) -> None:
    while True:
        found = pattern.findall(file.readline())
        if not found:
            return


def fields(file: io.TextIOWrapper, column: int) -> None:
    key = "start"
    while key != "":
        key = file.readline().split("\t")[column]


def column_of_one(file: io.TextIOWrapper) -> str:
    # An empty word is no end mark.
    while True:  # expect: unread-end-of-input
        word = file.readline().split(" ")[0]
        if word == "END":
            return word


def states(file: io.TextIOWrapper) -> int:
    # Class: a table of a search tool. What the states are called stands before the loop.
    state_head = 1
    state_end = 7
    heads = 0
    line = file.readline()
    while True:
        if line.startswith("head"):
            state = state_head
        elif line.strip() == "//" or not line:
            state = state_end
        else:
            state = None
        if state is not None:
            if state == state_head:
                heads += 1
                line = file.readline()
            elif state == state_end:
                return heads
        else:
            line = file.readline()


def widest(root) -> int:
    # `next(.., None)` of what was put on the stack takes it off at its end.
    stack = [iter(root)]
    pop = stack.pop
    push = stack.append
    width = 0
    while stack:
        node = next(stack[-1], None)
        if node is None:
            pop()
        else:
            width = max(width, len(stack))
            push(iter(node))
    return width


def decoded(path: str) -> bytes:
    with open(path, "rb") as stream:
        text = b"".join(stream.read(64).split())
        missing = len(text) % 4
        while missing != 0:  # expect: unread-end-of-input
            more = stream.read(4 - missing)
            text += b"".join(more.split())
            missing = len(text) % 4
    return base64.b64decode(text)


def decoded_checked(path: str) -> bytes:
    with open(path, "rb") as stream:
        text = b"".join(stream.read(64).split())
        missing = len(text) % 4
        while missing != 0:
            more = stream.read(4 - missing)
            if not more:
                raise EOFError
            text += b"".join(more.split())
            missing = len(text) % 4
    return base64.b64decode(text)


def made_without_arguments(connection: socket.socket) -> list[bytes]:
    parts = []
    while True:
        part = connection.recv(4096)
        if part == bytes():
            return parts
        parts.append(part)


def made_of_another(connection: socket.socket) -> list[bytes]:
    parts = []
    while True:  # expect: unread-end-of-input
        part = connection.recv(4096)
        if part == bytes(4):
            return parts
        parts.append(part)
