"""Lists that grow in the loop that walks them."""

from collections import deque


class Bindings(list):
    """Class: the result was meant to grow, not the list itself."""

    def __init__(self, items: list[str]) -> None:
        super().__init__(items)
        self.names: list[str] = []

    def rename(self, old: str, new: str) -> list[str]:
        result: list[str] = []
        for item in self:  # expect: grows-while-iterating
            if item == old:
                self.append(new)
            else:
                self.append(item)
        return result

    def collect(self) -> None:
        for name in self.names:  # expect: grows-while-iterating
            self.names.insert(0, name.upper())

    def copy_names(self) -> list[str]:
        result: list[str] = []
        for name in self.names:
            result.append(name)
        return result


def counted(items: list[int]) -> None:
    for index, item in enumerate(items):  # expect: grows-while-iterating
        items.append(item + index)


def worklist(nodes: list, seen: set) -> None:
    for node in nodes:
        for child in node.children:
            nodes.append(child)


def some(items: list[int]) -> None:
    for item in items:
        if item > 10:
            items.append(item // 2)


def limited(items: list[int]) -> None:
    for item in items:
        items.append(item)
        if len(items) > 100:
            break


def by_index(items: list[int]) -> None:
    at = 0
    while at < len(items):  # expect: grows-while-iterating
        items.append(items[at])
        at += 1


def queue(items: deque) -> None:
    while items:
        items.append(items.popleft())
