"""Links that the program has made itself: all accepted."""

from __future__ import annotations

import itertools


class Node:
    def __init__(self, value: int, parent: Node | None = None) -> None:
        self.value = value
        self.parent = parent
        self.next: Node | None = None
        self.children: dict[str, Node] = {}

    def root(self) -> Node:
        node = self
        while node.parent is not None:
            node = node.parent
        return node

    def last(self) -> Node:
        node = self
        while node.next:
            node = node.next
        return node

    def find(self, path: list[str]) -> Node:
        node = self
        for name in path:
            node = node.children[name]
        return node


def representative(parent: dict[int, int], item: int) -> int:
    while parent[item] != item:
        item = parent[item]
    return item


def representative_in_list(parent: list[int], item: int) -> int:
    while parent[item] != item:
        parent[item] = parent[parent[item]]
        item = parent[item]
    return item


def shortest_path(previous: dict[str, str], start: str, goal: str) -> list[str]:
    path = [goal]
    while path[-1] != start:
        path.append(previous[path[-1]])
    return path


def dig(settings: dict, keys: list[str]) -> object:
    value: object = settings
    while keys:
        value = value[keys.pop(0)]
    return value


def unwrap(error: BaseException) -> BaseException:
    while error.__cause__ is not None:  # expect: cyclic-walk/audit
        error = error.__cause__
    return error


def numbered(names: set[str], name: str) -> str:
    numbers = itertools.count(2)
    candidate = name
    while candidate in names:
        candidate = f"{name}{next(numbers)}"
    return candidate


def expand(references: list[dict], definitions: dict[str, list[dict]]) -> None:
    """Each copy is told where it came from, so that the chain ends with what was there before."""
    for reference in references:
        for copied in definitions[reference["name"]]:
            copied["origin"] = reference
            references.append(copied)
        origin = reference
        while "origin" in origin:
            origin = origin["origin"]
        print(origin["name"])


PREVIOUS, NEXT = range(1, 3)


class Ring:
    """Class: a circle that ends at its own mark."""

    def __init__(self) -> None:
        self.end: list = []
        self.end += [None, self.end, self.end]

    def walk(self):
        current = self.end[NEXT]
        while current is not self.end:  # expect: cyclic-walk/strict
            yield current[0]
            current = current[NEXT]


def pointer_depth(argument: dict) -> int:
    # Class: what was decoded as a whole is a tree.
    depth = 0
    while argument["type"] is not None:  # expect: cyclic-walk/strict
        argument = argument["type"]
        depth += 1
    return depth
