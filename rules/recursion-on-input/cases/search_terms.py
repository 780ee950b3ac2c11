"""The language of a search box: whoever nests it waits for their own search."""


class TermParser:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.pos = 0

    def next_token(self) -> str | None:
        if self.pos == len(self.tokens):
            return None
        self.pos += 1
        return self.tokens[self.pos - 1]

    def parse_term(self) -> list:
        token = self.next_token()
        if token is None:
            raise ValueError("a term is missing")
        if token == "not":
            return ["not", self.parse_term()]
        return [token]
