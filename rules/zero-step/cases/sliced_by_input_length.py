"""The buffer is cut by a length that stands in the buffer itself; a length of zero cuts nothing."""

import struct

HEADER = 8
MINIMUM = 2


def attributes(remain: bytes) -> list[bytes]:
    # Class: attribute lists of a network protocol, each with its own length byte.
    found = []
    while remain:  # expect: zero-step
        length = remain[1]
        found.append(remain[:length])
        remain = remain[length:]
    return found


def attributes_checked(remain: bytes) -> list[bytes]:
    found = []
    while remain:
        length = remain[1]
        if length < 2:
            raise ValueError("attribute shorter than its header")
        found.append(remain[:length])
        remain = remain[length:]
    return found


def attributes_with_header(remain: bytes) -> list[bytes]:
    # The constant part is always taken off.
    found = []
    while remain:
        length = remain[1]
        found.append(remain[2 : 2 + length])
        remain = remain[2 + length :]
    return found


def frames(buf: bytes) -> list[bytes]:
    # A test for too much data is an upper bound and says nothing about zero.
    found = []
    while len(buf) >= 4:  # expect: zero-step
        size = struct.unpack(">I", buf[:4])[0]
        if len(buf) < size:
            break
        found.append(buf[:size])
        buf = buf[size:]
    return found


def frames_checked(buf: bytes) -> list[bytes]:
    found = []
    while len(buf) >= 4:
        size = struct.unpack(">I", buf[:4])[0]
        if not size or len(buf) < size:
            break
        found.append(buf[:size])
        buf = buf[size:]
    return found


def frames_with_named_header(buf: bytes) -> list[bytes]:
    found = []
    while len(buf) >= HEADER:
        size = int.from_bytes(buf[:4], "big")
        found.append(buf[HEADER : HEADER + size])
        buf = buf[HEADER + size :]
    return found


def at_least_one(buf: bytes) -> int:
    count = 0
    while buf:
        buf = buf[max(1, buf[0]) :]
        count += 1
    return count


def at_least_minimum(buf: bytes) -> int:
    count = 0
    while buf:
        size = buf[0]
        assert size >= MINIMUM
        buf = buf[size:]
        count += 1
    return count


def by_network_order(buf: bytes) -> list[bytes]:
    found = []
    while buf:  # expect: zero-step
        size = int.from_bytes(buf[2:4], "big")
        found.append(buf[:size])
        buf = buf[size:]
    return found


def fixed_records(buf: bytes) -> list[bytes]:
    found = []
    while buf:
        found.append(buf[:16])
        buf = buf[16:]
    return found


def by_format(buf: bytes) -> list[tuple]:
    size = struct.calcsize(">HH")
    found = []
    while len(buf) >= size:
        found.append(struct.unpack(">HH", buf[:size]))
        buf = buf[size:]
    return found


def header_included(buf: bytes) -> int:
    header = struct.calcsize(">IIII")
    count = 0
    while len(buf) >= header:
        (length,) = struct.unpack_from(">I", buf, 12)
        buf = buf[header - 4 + length :]
        count += 1
    return count


class Descriptor:
    def __init__(self, kind: int) -> None:
        self.kind = kind

    @classmethod
    def parse(cls, data: bytes) -> "Descriptor":
        return cls(data[1])


def taken_apart(data: bytes) -> list[Descriptor]:
    found = []
    while data:
        length = data[0]
        found.append(Descriptor.parse(data[:length]))
        data = data[length:]
    return found
