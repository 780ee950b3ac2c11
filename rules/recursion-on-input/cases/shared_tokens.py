"""Readers of nested lists over an iterator of tokens, which all of the calls take from."""

from collections.abc import Iterator

MAX_DEPTH = 64


class ParseError(ValueError):
    """The tokens are no list."""


def parse_list(src: Iterator[bytes]) -> list:
    """Class: the answers of a mail server."""
    found = []
    for token in src:
        if token == b")":
            return found
        found.append(parse_atom(src, token))  # expect: recursion-on-input
    raise ParseError("the list is not closed")


def parse_atom(src: Iterator[bytes], token: bytes):
    if token == b"(":
        return parse_list(src)
    return token


def parse_shallow_list(src: Iterator[bytes], depth: int) -> list:
    if depth > MAX_DEPTH:
        raise ParseError("nested too deeply")
    found = []
    for token in src:
        if token == b")":
            return found
        found.append(parse_shallow_list(src, depth + 1) if token == b"(" else token)
    raise ParseError("the list is not closed")


def names_below(rows: list[dict], parent: int) -> list:
    """The rows are looked through for each parent: a list, which nothing is taken from."""
    names = []
    for row in rows:
        if row["parent"] == parent:
            names += [row["name"], *names_below(rows, row["id"])]
    return names
