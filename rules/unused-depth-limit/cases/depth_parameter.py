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
