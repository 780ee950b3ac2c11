"""Chains whose links stand in a table that was read, and messages that point into themselves."""

import json
import struct

LAST = 0xFFFFFFFF


class Volume:
    def __init__(self, stream, count: int) -> None:
        self.clusters = list(struct.unpack(f"<{count}I", stream.read(4 * count)))
        self.parents: list[int] = []
        self.offsets: list[int] = []
        for _ in range(count):
            self.offsets.append(int.from_bytes(stream.read(4), "little"))

    def chain(self, cluster: int) -> list[int]:
        found = []
        while cluster != LAST:  # expect: cyclic-walk
            found.append(cluster)
            cluster = self.clusters[cluster]
        return found

    def offset_chain(self, first: int) -> list[int]:
        found = []
        at = first
        while at:  # expect: cyclic-walk
            found.append(at)
            at = self.offsets[at] & 0xFFFFFF
        return found

    def chain_seen(self, cluster: int) -> list[int]:
        found: list[int] = []
        while cluster != LAST:
            if cluster in found:
                raise ValueError("a circle")
            found.append(cluster)
            cluster = self.clusters[cluster]
        return found

    def chain_limited(self, cluster: int) -> list[int]:
        found: list[int] = []
        while cluster != LAST:
            if len(found) > len(self.clusters):
                raise ValueError("a circle")
            found.append(cluster)
            cluster = self.clusters[cluster]
        return found

    def root(self, item: int) -> int:
        """Class: the table is the program's own."""
        while self.parents[item] != item:
            item = self.parents[item]
        return item


def labels(data: bytes, pos: int) -> list[bytes]:
    found = []
    while True:  # expect: cyclic-walk
        length = data[pos]
        if length == 0:
            return found
        if length & 0xC0 == 0xC0:
            pos = ((length & 0x3F) << 8) | data[pos + 1]
            continue
        found.append(data[pos + 1 : pos + 1 + length])
        pos += 1 + length


def labels_unpacked(data: bytes, pos: int) -> list[bytes]:
    found = []
    while True:  # expect: cyclic-walk
        length = data[pos]
        if length == 0:
            return found
        if length & 0xC0 == 0xC0:
            pos = struct.unpack("!H", data[pos : pos + 2])[0] & 0x3FFF
            continue
        found.append(data[pos + 1 : pos + 1 + length])
        pos += 1 + length


def labels_limited(data: bytes, pos: int) -> list[bytes]:
    found = []
    hops = 0
    while True:
        length = data[pos]
        if length == 0:
            return found
        if length & 0xC0 == 0xC0:
            hops += 1
            if hops > 16:
                raise ValueError("too many pointers")
            pos = ((length & 0x3F) << 8) | data[pos + 1]
            continue
        found.append(data[pos + 1 : pos + 1 + length])
        pos += 1 + length


def labels_backwards(data: bytes, pos: int) -> list[bytes]:
    found = []
    while True:
        length = data[pos]
        if length == 0:
            return found
        if length & 0xC0 == 0xC0:
            pointer = ((length & 0x3F) << 8) | data[pos + 1]
            if pointer >= pos:
                raise ValueError("a pointer that does not lead back")
            pos = pointer
            continue
        found.append(data[pos + 1 : pos + 1 + length])
        pos += 1 + length


def steps(text: str) -> list[str]:
    program = json.loads(text)
    found = []
    at = 0
    while at < len(program):  # expect: cyclic-walk/strict
        name, target = program[at][0], program[at][1]
        found.append(name)
        if name == "goto":
            at = target
            continue
        at += 1
    return found


class Item:
    def __init__(self) -> None:
        self.value = b""

    def unpack(self, data: bytes) -> bytes:
        self.value = data[:4]
        return data[4:]


def items(data: bytes) -> list[Item]:
    """Class: what is left over is no number."""
    found = []
    while data:
        item = Item()
        data = item.unpack(data)
        found.append(item)
    return found
