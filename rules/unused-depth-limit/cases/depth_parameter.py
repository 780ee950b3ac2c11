"""Parameters that are named for a depth, and what becomes of them."""


class Crawler:
    def __init__(self, client) -> None:
        self.client = client

    def crawl(self, url: str, max_depth: int) -> list[str]:
        """The maximum is handed on, and that is all."""
        page = self.client.load(url)
        found = [url]
        for target in page.targets:
            found.extend(self.crawl(target, max_depth=max_depth))  # expect: unused-depth-limit
        return found

    def crawl_bounded(self, url: str, max_depth: int) -> list[str]:
        if max_depth <= 0:
            return []
        page = self.client.load(url)
        found = [url]
        for target in page.targets:
            found.extend(self.crawl_bounded(target, max_depth=max_depth - 1))
        return found

    def crawl_from(self, url: str, max_depth: int) -> list[str]:
        """Not recursive: the depth goes to the client."""
        return self.client.load_all(url, depth=max_depth)


def indent(node, depth: int) -> str:
    """Used to indent, which is another matter."""
    line = "  " * depth + node.name
    return "\n".join([line, *(indent(child, depth) for child in node.children)])


def count(node, level: int) -> int:
    """A level may be anything."""
    return 1 + sum(count(child, level) for child in node.children)


def copy(node, depth: int):
    if depth > 20:
        raise ValueError("nested too deeply")
    if node.is_link:
        return copy(node.target, depth)  # expect: unused-depth-limit/strict
    return [copy(child, depth + 1) for child in node.children]


def decode_set(buffer: bytes, pos: int, current_depth: int = 0) -> tuple[list, int]:
    """Two functions hand the depth to each other, and neither counts."""
    items = []
    while pos < len(buffer) and buffer[pos] != 4:
        item, pos = decode_item(buffer, pos + 1, buffer[pos], current_depth)  # expect: unused-depth-limit
        items.append(item)
    return items, pos + 1


def decode_item(buffer: bytes, pos: int, kind: int, current_depth: int = 0) -> tuple[object, int]:
    if kind == 3:
        return decode_set(buffer, pos, current_depth)
    return buffer[pos], pos + 1


def decode_counted_set(buffer: bytes, pos: int, current_depth: int = 0) -> tuple[list, int]:
    """One of the two counts and tests."""
    items = []
    while pos < len(buffer) and buffer[pos] != 4:
        item, pos = decode_counted_item(buffer, pos + 1, buffer[pos], current_depth)
        items.append(item)
    return items, pos + 1


def decode_counted_item(buffer: bytes, pos: int, kind: int, current_depth: int = 0) -> tuple[object, int]:
    if current_depth > 100:
        raise ValueError("nested too deeply")
    if kind == 3:
        return decode_counted_set(buffer, pos, current_depth + 1)
    return buffer[pos], pos + 1


def describe(node, depth: int) -> str:
    """The depth goes to what writes the line."""
    return start_line(depth) + "".join(describe_inner(child, depth) for child in node.children)


def describe_inner(node, depth: int) -> str:
    return describe(node, depth) if node.children else start_line(depth)


def start_line(depth: int) -> str:
    return "\n" + "  " * depth
