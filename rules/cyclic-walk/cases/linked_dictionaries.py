"""Chains of dictionaries in a document. Whoever wrote the document decides whether they end."""

from typing import Any, cast

NEXT = "/Next"


def titles(node: Any) -> list[str]:
    # Class: the outline of a document whose last entry points back.
    found = []
    while True:  # expect: cyclic-walk
        found.append(node["/Title"])
        if "/Next" not in node:
            break
        node = node["/Next"]
    return found


def titles_checked(node: Any) -> list[str]:
    found = []
    visited = set()
    while True:
        if id(node) in visited:
            break
        visited.add(id(node))
        found.append(node["/Title"])
        if "/Next" not in node:
            break
        node = node["/Next"]
    return found


def fonts(page: Any) -> dict[str, Any]:
    # Class: attributes inherited through parents, with the end signalled by an exception.
    found: dict[str, Any] = {}
    node = page
    while node is not None:  # expect: cyclic-walk
        found.update(node.get("/Font", {}))
        try:
            node = node["/Parent"].get_object()
        except KeyError:
            node = None
    return found


def fonts_checked(page: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    node = page
    visited: set[int] = set()
    while node is not None:
        if id(node) in visited:
            raise ValueError("cycle of parents")
        visited.add(id(node))
        found.update(node.get("/Font", {}))
        try:
            node = node["/Parent"].get_object()
        except KeyError:
            node = None
    return found


def children(tree: Any):
    # A consumer that collects everything never gets to the end.
    child = tree["/First"]
    while True:  # expect: cyclic-walk
        yield child
        if NEXT not in child:
            return
        child = child[NEXT]


def children_limited(tree: Any, limit: int):
    child = tree["/First"]
    count = 0
    while count < limit:
        yield child
        if NEXT not in child:
            return
        child = child[NEXT]
        count += 1


def find_before(tree: Any, reference: Any) -> Any:
    node = tree["/First"]
    while node.reference != reference:  # expect: cyclic-walk
        if "/Next" in node:
            node = cast("dict", node["/Next"])
        else:
            return None
    return node


def find_before_in_steps(tree: Any, reference: Any) -> Any:
    node = tree["/First"]
    for _ in range(10_000):
        if node.reference == reference:
            return node
        if "/Next" not in node:
            return None
        node = cast("dict", node["/Next"])
    raise ValueError("chain is too long")


def last(node: Any) -> Any:
    while "/Next" in node:  # expect: cyclic-walk
        following = node["/Next"]
        node = following.get_object()
    return node


class Cursor:
    def __init__(self, first: Any) -> None:
        self.node = first
        self.seen: set[int] = set()

    def to_end(self) -> None:
        while "next" in self.node:  # fixme: expect: cyclic-walk
            self.node = self.node["next"]

    def _first_visit(self) -> bool:
        if id(self.node) in self.seen:
            return False
        self.seen.add(id(self.node))
        return True

    def to_end_once(self) -> None:
        while "next" in self.node and self._first_visit():
            self.node = self.node["next"]


def children(tree: Any) -> Any:
    # Class: the siblings in an outline point to each other.
    child = tree["/First"].get_object()
    while True:  # expect: cyclic-walk
        yield child
        if child == tree["/Last"]:
            return
        reference = child.get("/Next")
        if reference is None:
            return
        child = reference.get_object()


def clone_chain(source: Any, copies: list) -> None:
    for key in ("/Next", "/Prev"):
        current = source[key]
        while current is not None:  # expect: cyclic-walk
            copies.append(current.clone())
            current = None if current == source else current[key]
    for key, value in source.items():
        copies.append((key, value))


def remove_from_parents(page: Any) -> None:
    # Each round takes the page out of its parent, so a second visit does not find it.
    parent = page.get("/Parent")
    while parent is not None:
        parent = parent.get_object()
        try:
            position = parent["/Kids"].index(page)
        except ValueError:
            break
        del parent["/Kids"][position]
        parent = parent.get("/Parent")


def clone_pairs(source: Any, copies: list) -> None:
    for pair in (("/Next", "/Prev"), ("/N", "/V")):
        for key in pair:
            current = source[key]
            while current is not None:  # expect: cyclic-walk
                copies.append(current.clone())
                current = None if current == source else current[key]
    for key, value in source.items():
        copies.append((key, value))
