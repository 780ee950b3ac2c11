"""References by name in parsed data: not certain enough for the group `recommended`."""

import json
from typing import Any


def resolve(text: str) -> dict[str, Any]:
    document = json.loads(text)
    schema = document["root"]
    while "$ref" in schema:  # fixme: expect: cyclic-walk/strict
        schema = document["definitions"][schema["$ref"]]
    return schema


def resolve_checked(text: str) -> dict[str, Any]:
    document = json.loads(text)
    schema = document["root"]
    visited = []
    while "$ref" in schema:
        name = schema["$ref"]
        if name in visited:
            raise ValueError(f"cycle of references: {visited}")
        visited.append(name)
        schema = document["definitions"][name]
    return schema


def resolve_limited(text: str) -> dict[str, Any]:
    document = json.loads(text)
    schema = document["root"]
    depth = 0
    while "$ref" in schema:
        depth += 1
        if depth > 32:
            raise ValueError("too many references")
        schema = document["definitions"][schema["$ref"]]
    return schema


def siblings(tree: Any) -> list[Any]:
    # Class: the walk of a document's tree through optional keys.
    found = []
    child = tree.get("/First")
    while child is not None:  # expect: cyclic-walk/strict
        found.append(child)
        child = child.get("/Next")
    return found


def siblings_checked(tree: Any) -> list[Any]:
    found: list[Any] = []
    visited: set[int] = set()
    child = tree.get("/First")
    while child is not None and id(child) not in visited:
        visited.add(id(child))
        found.append(child)
        child = child.get("/Next")
    return found


def domain_name(message: bytes, position: int) -> list[bytes]:
    labels = []
    while message[position] != 0:  # expect: cyclic-walk
        length = message[position]
        if length >= 0xC0:
            position = (length & 0x3F) << 8 | message[position + 1]
            continue
        labels.append(message[position + 1 : position + 1 + length])
        position += 1 + length
    return labels


def domain_name_limited(message: bytes, position: int) -> list[bytes]:
    labels = []
    jumps = 0
    while message[position] != 0:
        length = message[position]
        if length >= 0xC0:
            jumps += 1
            if jumps > 16:
                raise ValueError("too many pointers")
            position = (length & 0x3F) << 8 | message[position + 1]
            continue
        labels.append(message[position + 1 : position + 1 + length])
        position += 1 + length
    return labels
