"""Loops that compare where they are with where the input ends: at its end they leave."""

import io
import os
import struct


def lines_by_size(buffer: io.BufferedReader) -> list[bytes]:
    buffer.seek(0, 2)
    size = buffer.tell()
    buffer.seek(0)
    found = []
    while buffer.tell() < size:
        found.append(buffer.readline())
    return found


def lines_until_there(file) -> int:
    size = os.fstat(file.fileno()).st_size
    count = 0
    while True:
        if file.tell() >= size:
            return count
        count += file.readline().strip() != b""


def lines_while_it_moves(file: io.BufferedReader) -> bytes:
    last = -1
    while True:
        line = file.readline()
        if line.startswith(b"end"):
            return line
        if file.tell() == last:
            raise EOFError
        last = file.tell()


class Reader:
    def __init__(self, file: io.BufferedReader, size: int) -> None:
        self.file = file
        self.size = size

    def is_at_end(self) -> bool:
        return self.file.tell() >= self.size

    def comments(self) -> int:
        count = 0
        while not self.is_at_end():
            count += self.file.readline().startswith(b"#")
        return count


def section(file: io.BufferedReader) -> list[bytes]:
    # Class: sections of a media file. How long it is the file says itself, and a file that was cut short says too much.
    (length,) = struct.unpack("<I", file.read(4))
    end = file.tell() + length
    found = []
    while file.tell() < end:  # expect: unread-end-of-input
        found.append(file.read(16))
    return found


def record_of_index(handle: io.BufferedReader, offset: int) -> bytes:
    # An index knows the place: somebody has read the record before, with its end.
    handle.seek(offset)
    record = b""
    while True:  # expect: unread-end-of-input/strict
        line = handle.readline()
        record += line
        if line.startswith(b"//"):
            return record


def record(handle: io.BufferedReader) -> bytes:
    record = b""
    while True:  # expect: unread-end-of-input
        line = handle.readline()
        record += line
        if line.startswith(b"//"):
            return record


def digest_of_part(file: io.BufferedReader, start: int, todo: int, digest) -> None:
    # A count that never falls has nothing to do with what an index has seen.
    file.seek(start)
    while todo:  # expect: unread-end-of-input
        data = file.read(min(todo, 4096))
        digest.update(data)
        todo -= len(data)


def skip_blocks(path: str) -> None:
    with open(path, "rb") as stream:
        is_last = 0
        while not is_last:  # expect: unread-end-of-input
            head = int.from_bytes(stream.read(3), "little")
            is_last = head & 1
            stream.seek(head >> 3, 1)


def skip_blocks_checked(path: str) -> None:
    with open(path, "rb") as stream:
        is_last = 0
        while not is_last:
            head = stream.read(3)
            if len(head) < 3:
                raise EOFError
            number = int.from_bytes(head, "little")
            is_last = number & 1
            stream.seek(number >> 3, 1)
