"""Records that say how long they are, walked by a position."""

import struct


def boxes(data: bytes) -> list[bytes]:
    found = []
    pos = 0
    while pos < len(data) - 8:  # expect: zero-step
        size, kind = struct.unpack(">I4s", data[pos : pos + 8])
        found.append(kind + data[pos + 8 : pos + size])
        pos += size
    return found


def boxes_of_heads(data: bytes):
    pos = 0
    while pos < len(data):  # expect: zero-step
        head = data[pos : pos + 12]
        if len(head) != 12:
            raise ValueError("cut off")
        size, kind = struct.unpack(">I4s", head[:8])
        if kind != b"data":
            raise ValueError(kind)
        yield data[pos + 8 : pos + size]
        pos += size


def find_box(data: bytes, wanted: bytes) -> int:
    offset = 0
    while offset < len(data):  # expect: zero-step
        size = int.from_bytes(data[offset : offset + 4], "big")
        if data[offset + 4 : offset + 8] == wanted:
            return offset
        if offset + size > len(data):
            raise ValueError("longer than the file")
        offset += size
    raise ValueError(wanted)


def boxes_of_some_size(data: bytes) -> list[bytes]:
    found = []
    pos = 0
    while pos < len(data) - 8:
        size, kind = struct.unpack(">I4s", data[pos : pos + 8])
        if size < 8:
            raise ValueError("shorter than its head")
        found.append(kind)
        pos += size
    return found


def boxes_until_empty(data: bytes) -> list[bytes]:
    # 0 says that it is the last one.
    found = []
    pos = 0
    while pos < len(data) - 8:
        size, kind = struct.unpack(">I4s", data[pos : pos + 8])
        found.append(kind)
        if not size:
            break
        pos += size
    return found


def boxes_that_are_whole(data: bytes) -> list[bytes]:
    # What ends before it begins has another length than what was wanted.
    found = []
    pos = 0
    while pos < len(data) - 8:
        (size,) = struct.unpack_from(">I", data, pos)
        chunk = data[pos + 8 : pos + size]
        if len(chunk) != size - 8:
            raise ValueError("cut off")
        found.append(chunk)
        pos += size
    return found


def boxes_without_heads(data: bytes) -> list[bytes]:
    found = []
    pos = 0
    while pos < len(data) - 4:
        (size,) = struct.unpack_from(">I", data, pos)
        found.append(data[pos + 4 : pos + 4 + size])
        pos += 4 + size
    return found


def padded(data: bytes) -> int:
    count = 0
    pos = 0
    while pos < len(data) - 4:
        (size,) = struct.unpack_from(">I", data, pos)
        count += 1
        pos += size + (4 - size % 4)
    return count


def limited(data: bytes) -> int:
    count = 0
    pos = 0
    while pos < len(data) - 4:
        (size,) = struct.unpack_from(">I", data, pos)
        count += 1
        if count > 100:
            raise ValueError("too many")
        pos += size
    return count


def seen_before(data: bytes) -> set[bytes]:
    kinds = set()
    pos = 0
    while pos < len(data) - 8:
        size, kind = struct.unpack_from(">I4s", data, pos)
        if kind in kinds:
            raise ValueError(kind)
        kinds.add(kind)
        pos += size
    return kinds


def values(data: bytes) -> list[int]:
    # Nothing of four bytes cannot be read.
    found = []
    pos = 0
    while pos < len(data) - 4:
        (size,) = struct.unpack_from(">I", data, pos)
        found.extend(struct.unpack(">I", data[pos + 4 : pos + size]))
        pos += size
    return found


def read_boxes(stream, size: int) -> list[bytes]:
    # The stream moves on by itself.
    found = []
    pos = 0
    while pos < size:
        (length,) = struct.unpack(">I", stream.read(4))
        found.append(stream.read(length))
        pos += length
    return found


def widths(text: str, table: list[int]) -> int:
    at = 0
    while at < len(text):
        at += table[at % 8]
    return at
