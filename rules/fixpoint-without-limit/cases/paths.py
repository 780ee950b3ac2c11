"""Walking up to the root, which is its own parent."""

import os
import posixpath
from pathlib import Path


def ancestry(path: str):
    # Class: the path "//" is neither empty nor the separator.
    while path and path != posixpath.sep:  # expect: fixpoint-without-limit/strict
        yield path
        path, tail = posixpath.split(path)


def find_config(folder: Path) -> Path | None:
    while not (folder / "pyproject.toml").exists():  # expect: fixpoint-without-limit/strict
        folder = folder.parent
    return folder


def find_config_up_to(folder: Path, root: Path) -> Path | None:
    while folder != root:
        if (folder / "pyproject.toml").exists():
            return folder
        folder = folder.parent
    return None


def find_config_with_limit(folder: str) -> str | None:
    level = 0
    while level < 20:
        if os.path.exists(os.path.join(folder, "pyproject.toml")):
            return folder
        folder = os.path.dirname(folder)
        level += 1
    return None


def mount_point(path: str) -> str:
    while not os.path.ismount(path):
        path = os.path.dirname(path)
    return path


def remove_empty(path: str) -> None:
    # The root has no tail.
    head, tail = os.path.split(path)
    while head and tail:
        os.rmdir(head)
        head, tail = os.path.split(head)
