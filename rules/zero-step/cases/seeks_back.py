"""Each round goes back in its input by what may be as much as it has read."""

import os


def entries(stream) -> list[bytes]:
    # Class: a dictionary whose keys may be nothing at all.
    found = []
    while True:
        token = stream.read(1)
        if token == b">" or not token:
            return found
        stream.seek(-1, 1)  # expect: zero-step/audit
        found.append(key(stream))


def key(stream) -> bytes:
    name = b""
    while (char := stream.read(1)).isalnum():
        name += char
    if char:
        stream.seek(-1, os.SEEK_CUR)
    return name


def until_marker(stream) -> bytes:
    # Class: inline data that is read again from its last two bytes, also at the end.
    data = b""
    while True:
        part = stream.read(4096)
        if not part:
            raise EOFError
        end = part.find(b"EI")
        if end >= 0:
            return data + part[:end]
        data += part[:-2]
        stream.seek(-2, 1)  # expect: zero-step/audit


def until_marker_forwards(stream) -> bytes:
    data = b""
    while True:
        part = stream.read(4096)
        if not part:
            raise EOFError
        data += part
        end = data.find(b"EI")
        if end >= 0:
            stream.seek(end - len(data), 1)
            return data[:end]
