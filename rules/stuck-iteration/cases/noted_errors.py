"""Parsers that note an error and leave the token where it is."""


class Parser:
    def __init__(self, tokens):
        self.tokens = tokens
        self.at = 0
        self.ahead = None
        self.errors = []
        self.names = []

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def peek_ahead(self):
        if self.ahead is None:
            self.ahead = next(self.tokens, None)
        return self.ahead

    def bump(self):
        self.at += 1
        self.ahead = None

    def error(self, text):
        self.errors.append(text)

    def error_and_bump(self, text):
        self.error(text)
        self.bump()

    def parse_names(self):
        while (token := self.peek()) is not None:  # expect: stuck-iteration/audit
            if token == "...":
                self.error("expected a name")
            else:
                self.names.append(token)
                self.bump()

    def parse_names_ahead(self):
        while (token := self.peek_ahead()) is not None:  # expect: stuck-iteration/audit
            if token == "...":
                self.error("expected a name")
            else:
                self.names.append(token)
                self.bump()

    def parse_and_recover(self):
        while (token := self.peek()) is not None:
            if token == "...":
                self.error_and_bump("expected a name")
            else:
                self.names.append(token)
                self.bump()
