"""Offsets read from a file and jumped to: the next table may stand before this one."""

import os
import struct
from typing import Any, BinaryIO


def read_trailer(stream: BinaryIO) -> dict[str, Any]:
    return {"/Size": stream.read(1)}


def cross_references(stream: BinaryIO, start: int | None) -> list[int]:
    # Class: the chain of cross-reference tables of a document points to itself.
    offsets = []
    while start is not None:  # expect: cyclic-walk
        stream.seek(start)
        offsets.append(start)
        trailer = read_trailer(stream)
        start = trailer.get("/Prev")
    return offsets


def cross_references_checked(stream: BinaryIO, start: int | None) -> list[int]:
    offsets = []
    visited = set()
    while start is not None:
        if start in visited:
            break
        visited.add(start)
        stream.seek(start)
        offsets.append(start)
        trailer = read_trailer(stream)
        start = trailer.get("/Prev")
    return offsets


def directories(f: BinaryIO) -> list[int]:
    found = []
    (offset,) = struct.unpack("<I", f.read(4))
    while offset != 0:  # expect: cyclic-walk
        f.seek(offset)
        found.append(offset)
        (offset,) = struct.unpack("<I", f.read(4))
    return found


def directories_backwards(f: BinaryIO) -> list[int]:
    # Each one has to stand before the last, so there are finitely many.
    found = []
    (offset,) = struct.unpack("<I", f.read(4))
    while offset != 0:
        f.seek(offset)
        found.append(offset)
        (following,) = struct.unpack("<I", f.read(4))
        if following >= offset:
            raise ValueError("offsets must decrease")
        offset = following
    return found


def directories_counted(f: BinaryIO, count: int) -> list[int]:
    found = []
    (offset,) = struct.unpack("<I", f.read(4))
    for _ in range(count):
        f.seek(offset)
        found.append(offset)
        (offset,) = struct.unpack("<I", f.read(4))
    return found


def chunks(f: BinaryIO) -> list[bytes]:
    # A relative seek forward, with the end of the file tested.
    names = []
    while True:
        header = f.read(8)
        if len(header) < 8:
            return names
        names.append(header[:4])
        f.seek(int.from_bytes(header[4:], "big"), os.SEEK_CUR)


def sectors(f: BinaryIO, size: int) -> list[bytes]:
    # The offset grows by a constant and is not read from the file.
    found = []
    offset = 0
    while offset < size:
        f.seek(offset)
        found.append(f.read(4))
        offset += 512
    return found


class Volume:
    def __init__(self, f: BinaryIO) -> None:
        self._f = f

    def _entry(self, cluster: int) -> int:
        self._f.seek(cluster * 4)
        return int.from_bytes(self._f.read(4), "little")

    def clusters(self, cluster: int) -> list[int]:
        found = []
        while cluster < 0x0FFFFFF8:  # fixme: expect: cyclic-walk
            found.append(cluster)
            cluster = self._entry(cluster)
        return found

    def clusters_checked(self, cluster: int) -> list[int]:
        found = []
        while cluster < 0x0FFFFFF8:
            if cluster in found:
                raise ValueError("cycle of clusters")
            found.append(cluster)
            cluster = self._entry(cluster)
        return found
