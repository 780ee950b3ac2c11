"""What `next` gives when nothing is left is given again and again."""


class Tokens:
    def __init__(self, tokens) -> None:
        self.tokens = iter(tokens)
        self.current = next(self.tokens, None)

    def advance(self) -> None:
        self.current = next(self.tokens, None)

    def expression(self) -> list:
        # Without a token the subscript raises.
        parts = []
        while self.current[0] != "end":
            parts.append(self.current)
            self.advance()
        return parts


def parse(text: str, letters: str) -> list:
    characters = iter(text)

    def following() -> str:
        return next(characters, "\0")

    def quoted(limit: str) -> str:
        found = ""
        character = following()
        while character != limit:  # expect: unread-end-of-input
            found += character
            character = following()
        return found

    def word() -> str:
        # What stands for the end is no letter.
        found = ""
        character = following()
        while character in letters:
            found += character
            character = following()
        return found

    return [quoted('"'), word()]
