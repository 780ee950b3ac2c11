"""A length that is skipped leads forward, an offset anywhere."""

import struct
from os import SEEK_CUR


def kinds(stream) -> list[int]:
    found = []
    while True:
        head = stream.read(6)
        if len(head) < 6:
            return found
        kind, length = struct.unpack("<HI", head)
        found.append(kind)
        if length == 0:
            return found
        stream.seek(length, SEEK_CUR)
