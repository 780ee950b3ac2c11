"""Scanners that look for a marker in binary data and go back to the read for every other byte."""

import struct
from typing import BinaryIO


def extract_segments(stream: BinaryIO) -> bytes:
    # Class: image data cut short; the empty read is "not a marker", so it is skipped for ever.
    out = b""
    started = False
    while True:  # expect: unread-end-of-input
        byte = stream.read(1)
        if started or byte == b"\xff":
            out += byte
        if byte != b"\xff":
            continue
        started = True
        byte = stream.read(1)
        out += byte
        if byte == b"\xd9":
            break
    return out


def extract_segments_checked(stream: BinaryIO) -> bytes:
    def read(count: int) -> bytes:
        data = stream.read(count)
        if len(data) < count:
            raise ValueError("unexpected end of stream")
        return data

    out = b""
    started = False
    while True:
        byte = read(1)
        if started or byte == b"\xff":
            out += byte
        if byte != b"\xff":
            continue
        started = True
        byte = read(1)
        out += byte
        if byte == b"\xd9":
            break
    return out


def find_end_marker(stream: BinaryIO) -> bytes:
    # Class: every branch but the last appends what was read, also when nothing was.
    data = b""
    while True:  # expect: unread-end-of-input
        first = stream.read(1)
        if first == b"E":
            second = stream.read(1)
            if second == b"I":
                break
            data += first + second
        else:
            data += first
    return data


def find_end_marker_by_block(stream: BinaryIO) -> bytes:
    data = b""
    while True:
        block = stream.read(8192)
        if not block:
            raise ValueError("unexpected end of stream")
        where = block.find(b"EI")
        if where >= 0:
            return data + block[:where]
        data += block


def next_marker(stream: BinaryIO) -> int:
    # Indexing an empty read raises, which leaves the loop.
    while True:
        if stream.read(1)[0] == 0xFF:
            return stream.read(1)[0]


def records(stream: BinaryIO) -> list[int]:
    # So does unpacking it.
    values = []
    while True:
        (value,) = struct.unpack(">I", stream.read(4))
        if value == 0:
            return values
        values.append(value)


def short_block_ends(stream: BinaryIO) -> bytes:
    data = b""
    while True:
        block = stream.read(512)
        data += block
        if len(block) < 512:
            return data


def first_signature(stream: BinaryIO, limit: int) -> bool:
    # A limit bounds the search whatever the stream holds.
    scanned = 0
    while scanned < limit:
        if stream.read(1) == b"\x7f":
            return True
        scanned += 1
    return False
