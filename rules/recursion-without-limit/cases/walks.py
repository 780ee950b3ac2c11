"""Recursion over what the program has built: nothing local tells it from what a stranger has sent."""


def depth_of(node) -> int:
    if not node.children:
        return 1
    return 1 + max(depth_of(child) for child in node.children)  # expect: recursion-without-limit/audit


def flatten(tree) -> list:
    """What is called for its recursion is no guard of it."""

    def recurse(node) -> list:
        found = [node.name]
        for child in node.children:
            found += recurse(child)  # expect: recursion-without-limit/audit
        return found

    return recurse(tree)


def factorial(n: int) -> int:
    return 1 if n <= 1 else n * factorial(n - 1)  # expect: recursion-without-limit/audit


class Visitor:
    def visit_block(self, block) -> None:
        for statement in block.statements:
            self.visit_statement(statement)  # expect: recursion-without-limit/audit

    def visit_statement(self, statement) -> None:
        if statement.block is not None:
            self.visit_block(statement.block)  # expect: recursion-without-limit/audit


class LimitedVisitor:
    def __init__(self) -> None:
        self.depth = 0

    def visit_block(self, block) -> None:
        self.depth += 1
        if self.depth > 200:
            raise ValueError("nested too deeply")
        for statement in block.statements:
            self.visit_statement(statement)
        self.depth -= 1

    def visit_statement(self, statement) -> None:
        if statement.block is not None:
            self.visit_block(statement.block)


def read(stream, size: int) -> bytes:
    """Once there and once back."""
    if size < 0:
        return read_all(stream)
    return stream.take(size)


def read_all(stream) -> bytes:
    return read(stream, 65536)
