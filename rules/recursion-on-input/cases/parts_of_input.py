"""Decoders that are handed bytes and send themselves into parts of these."""

import re
from dataclasses import dataclass, field

MAX_DEPTH = 32


@dataclass
class Part:
    headers: bytes
    parts: list["Part"] = field(default_factory=list)


class DecodeError(ValueError):
    """The bytes are no message."""


def decode_message(data: bytes) -> Part:
    end = data.find(b"\n\n")
    if end < 0:
        raise DecodeError("no headers")
    part = Part(data[:end])
    for start, stop in bounds_of_parts(data, boundary_of(part.headers)):
        part.parts.append(decode_message(data[start:stop]))  # expect: recursion-on-input/strict
    return part


def decode_shallow(data: bytes, depth: int = 0) -> Part:
    if depth > MAX_DEPTH:
        raise DecodeError("nested too deeply")
    end = data.find(b"\n\n")
    part = Part(data[:end])
    for start, stop in bounds_of_parts(data, boundary_of(part.headers)):
        part.parts.append(decode_shallow(data[start:stop], depth + 1))
    return part


def decode_last(data: bytes) -> bytes:
    """One call for what is left, no part among several: in the audit."""
    if data.startswith(b"\n"):
        return decode_last(data[1:])
    return data


def boundary_of(headers: bytes) -> bytes:
    _, _, boundary = headers.partition(b"boundary=")
    return boundary


def bounds_of_parts(data: bytes, boundary: bytes) -> list[tuple[int, int]]:
    return [(match.start(), match.end()) for match in re.finditer(re.escape(boundary), data)]
