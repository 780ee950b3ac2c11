"""Walks over what is already in memory: the decoder that built it had its own limit, or should have had.

Only under a name that speaks of decoding, and over plain dicts and lists, is it reported at all, in the strict group.
"""

import ast
import json
import os
from dataclasses import dataclass, field


def decode_object(value):
    """The shape of a toolkit's tagged JSON: each level of the document is a frame."""
    if isinstance(value, dict):
        return {key: decode_object(item) for key, item in value.items()}  # expect: recursion-on-input/strict
    if isinstance(value, list):
        return [decode_object(item) for item in value]
    return value


def decode_object_bounded(value, depth: int = 0):
    if depth > 100:
        raise ValueError("nested too deeply")
    if isinstance(value, dict):
        return {key: decode_object_bounded(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [decode_object_bounded(item, depth + 1) for item in value]
    return value


@dataclass
class Task:
    name: str
    children: list["Task"] = field(default_factory=list)


def count_tasks(task: Task) -> int:
    """The program's own type, built by the program: silent."""
    return 1 + sum(count_tasks(child) for child in task.children)


def flatten_tasks(task: Task):
    yield task
    for child in task.children:
        yield from flatten_tasks(child)


def find_files(directory: str) -> list[str]:
    """The file system: silent."""
    found = []
    for entry in os.scandir(directory):
        if entry.is_dir(follow_symlinks=False):
            found += find_files(entry.path)
        else:
            found.append(entry.path)
    return found


class NameCollector(ast.NodeVisitor):
    """A syntax tree of the program's own source: silent."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def visit_Name(self, node: ast.Name) -> None:
        self.names.append(node.id)
        self.generic_visit(node)


def merge_settings(base: dict, override: dict) -> dict:
    """Configuration of the operator: silent."""
    merged = dict(base)
    for key, value in override.items():
        if isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = merge_settings(merged[key], value)
        else:
            merged[key] = value
    return merged


def factorial(n: int) -> int:
    """Bounded by a number: silent."""
    return 1 if n <= 1 else n * factorial(n - 1)


def load_settings(path: str) -> dict:
    with open(path, encoding="utf-8") as file:
        return merge_settings({}, json.load(file))
