"""Compressed names: a length of 0xC0 and more is a pointer to somewhere else in the packet.

The shape of two DNS libraries. One recursed for ever on a pointer to itself; the other remembered the pointers that it
had seen, and a chain of four thousand different ones was still too deep.
"""

import struct

MAX_POINTERS = 128


class PacketError(ValueError):
    """The packet is no message."""


class PacketParser:
    def __init__(self, data: bytes) -> None:
        self.data = data

    def parse_name(self, offset: int) -> list[bytes]:
        labels = []
        while True:
            length = self.data[offset]
            if length == 0:
                return labels
            if length >= 0xC0:
                (pointer,) = struct.unpack_from("!H", self.data, offset)
                return labels + self.parse_name(pointer & 0x3FFF)  # expect: recursion-on-input
            labels.append(self.data[offset + 1 : offset + 1 + length])
            offset += 1 + length

    def parse_name_unseen(self, offset: int, seen: set[int]) -> list[bytes]:
        """No cycle goes on for ever, but a long chain is as deep as it is long."""
        labels = []
        while True:
            length = self.data[offset]
            if length == 0:
                return labels
            if length >= 0xC0:
                (pointer,) = struct.unpack_from("!H", self.data, offset)
                if pointer in seen:
                    raise PacketError("pointers go round")
                seen.add(pointer)
                return labels + self.parse_name_unseen(pointer & 0x3FFF, seen)  # expect: recursion-on-input/strict
            labels.append(self.data[offset + 1 : offset + 1 + length])
            offset += 1 + length

    def parse_name_bounded(self, offset: int, depth: int = 0) -> list[bytes]:
        if depth > MAX_POINTERS:
            raise PacketError("too many pointers")
        labels = []
        while True:
            length = self.data[offset]
            if length == 0:
                return labels
            if length >= 0xC0:
                (pointer,) = struct.unpack_from("!H", self.data, offset)
                return labels + self.parse_name_bounded(pointer & 0x3FFF, depth + 1)
            labels.append(self.data[offset + 1 : offset + 1 + length])
            offset += 1 + length

    def parse_name_in_loop(self, offset: int) -> list[bytes]:
        labels = []
        for _ in range(MAX_POINTERS):
            length = self.data[offset]
            if length == 0:
                return labels
            if length >= 0xC0:
                (pointer,) = struct.unpack_from("!H", self.data, offset)
                offset = pointer & 0x3FFF
                continue
            labels.append(self.data[offset + 1 : offset + 1 + length])
            offset += 1 + length
        raise PacketError("too many labels")
