"""Guards that look like a test for cycles and miss some."""

from typing import Any

MAX_ARTICLES = 5000


def articles(thread: Any) -> list[Any]:
    # Class: the walk ends where it began; a cycle further on never comes back there.
    first = thread["/F"]
    current = first
    found = []
    while current is not None:  # expect: cyclic-walk
        found.append(current)
        current = current["/N"]
        if current == first:
            current = None
    return found


def articles_checked(thread: Any) -> list[Any]:
    current = thread["/F"]
    found = []
    visited = set()
    while current is not None:
        if id(current) in visited:
            break
        visited.add(id(current))
        found.append(current)
        current = current["/N"]
    return found


def articles_remembered_and_not_tested(thread: Any) -> list[Any]:
    current = thread["/F"]
    visited = set()
    found = []
    while current is not None:  # expect: cyclic-walk
        visited.add(id(current))
        found.append(current)
        current = current["/N"]
    return found


def articles_limited(thread: Any) -> list[Any]:
    current = thread["/F"]
    found = []
    while current is not None:
        found.append(current)
        if len(found) > MAX_ARTICLES:
            raise ValueError("too many articles")
        current = current["/N"]
    return found


def articles_skipped(thread: Any) -> list[Any]:
    # A known article is not collected again, and the walk goes on all the same.
    current = thread["/F"]
    visited = set()
    found = []
    while current is not None:  # fixme: expect: cyclic-walk
        if id(current) not in visited:
            visited.add(id(current))
            found.append(current)
        current = current["/N"]
    return found


def articles_in_header(thread: Any) -> list[Any]:
    current = thread["/F"]
    visited: list[Any] = []
    while current is not None and current not in visited:
        visited.append(current)
        current = current["/N"]
    return visited
