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
    while not (folder / "pyproject.toml").exists():  # expect: fixpoint-without-limit
        folder = folder.parent
    return folder


def find_repository() -> Path:
    folder = Path.cwd()
    while True:  # expect: fixpoint-without-limit
        marker = folder / ".git"
        if marker.is_dir():
            return folder
        folder = folder.parent


def find_package(path: str) -> str:
    while not os.path.isfile(os.path.join(path, "setup.py")):  # expect: fixpoint-without-limit
        path = os.path.dirname(path)
    return path


def parts_of(path: str) -> list[str]:
    parts = []
    while path:  # expect: fixpoint-without-limit/strict
        path, last = os.path.split(path)
        parts.append(last)
    return parts


def folders_with_marker(folder: Path) -> list[Path]:
    # The root holds no such file.
    found = []
    while (folder / "__init__.py").exists():
        found.append(folder)
        folder = folder.parent
    return found


def existing_part(path: Path) -> Path:
    # The root is there.
    while not path.exists():
        path = path.parent
    return path


def find_config_by_parts(folder: Path) -> Path | None:
    while len(folder.parts) > 1:
        if (folder / "pyproject.toml").exists():
            return folder
        folder = folder.parent
    return None


def find_config_by_name(folder: Path) -> Path | None:
    while folder.name and not (folder / "pyproject.toml").exists():
        folder = folder.parent
    return folder if folder.name else None


def inside(path: str, root: str) -> list[str]:
    folders = []
    while path.startswith(root):
        folders.append(path)
        path = os.path.dirname(path)
    return folders


def find_config_of(path: str) -> str | None:
    folder = os.path.abspath(path)
    while folder != "/":
        if os.path.exists(os.path.join(folder, "setup.cfg")):
            return folder
        folder = os.path.dirname(folder)
    return None


def remove_empty_above(path: str) -> None:
    # The root cannot be removed.
    while path:
        try:
            os.rmdir(path)
        except OSError:
            break
        path = os.path.dirname(path)


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
