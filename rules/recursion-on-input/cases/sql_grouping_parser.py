"""Token trees and grammars: the parser's own recursion."""


class ParseError(ValueError):
    """The text is no statement."""


MAX_GROUPING_DEPTH = 100


class TokenList:
    def __init__(self, tokens: list) -> None:
        self.tokens = tokens
        self.is_group = True


def group_parentheses(tlist: TokenList) -> None:
    """The shape of a SQL formatter: each level of parentheses in the statement is a frame."""
    for token in tlist.tokens:
        if token.is_group:
            group_parentheses(token)  # expect: recursion-on-input/strict


def group_parentheses_bounded(tlist: TokenList, depth: int = 0) -> None:
    if depth > MAX_GROUPING_DEPTH:
        raise ParseError("nested too deeply")
    for token in tlist.tokens:
        if token.is_group:
            group_parentheses_bounded(token, depth + 1)


class ExpressionParser:
    """Recursive descent over a token stream, without a guard."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.position = 0

    def parse_expression(self):
        left = self.parse_operand()  # expect: recursion-on-input
        while self.peek() in ("+", "-"):
            operator = self.next_token()
            left = (operator, left, self.parse_operand())
        return left

    def parse_operand(self):
        token = self.next_token()
        if token == "(":
            inner = self.parse_expression()
            if self.next_token() != ")":
                raise ParseError("a parenthesis is open")
            return inner
        return token

    def peek(self):
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    def next_token(self) -> str:
        if self.position >= len(self.tokens):
            raise ParseError("unexpected end")
        self.position += 1
        return self.tokens[self.position - 1]


class CatchingParser:
    """Caught, but only after a thousand frames; and C code on the way may not survive that."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.position = 0

    def parse(self):
        try:
            return self.parse_group()
        except RecursionError as error:
            raise ParseError("nested too deeply") from error

    def parse_group(self):
        items = []
        while self.position < len(self.tokens):
            token = self.tokens[self.position]
            self.position += 1
            if token == "(":
                items.append(self.parse_group())  # expect: recursion-on-input/strict
            elif token == ")":
                break
            else:
                items.append(token)
        return items


class SkippingLexer:
    """Each comment in a row is a frame."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def next_token(self) -> str:
        if self.position >= len(self.text):
            return ""
        char = self.text[self.position]
        self.position += 1
        if char == "#":
            self.position = self.text.find("\n", self.position) + 1
            return self.next_token()  # expect: recursion-on-input/strict
        return char
