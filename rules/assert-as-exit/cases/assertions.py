"""Loops that assertions leave."""


class Reader:
    """Class: the check for a broken file is an assertion, and the image runs with -O."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def skip(self) -> None:
        while True:  # expect: assert-as-exit/strict
            assert self.at < len(self.data)
            self.at += 1

    def skip_to_zero(self) -> int:
        while True:
            assert self.at < len(self.data)
            if self.data[self.at] == 0:
                return self.at
            self.at += 1

    def skip_checked(self) -> None:
        while True:
            if self.at >= len(self.data):
                raise EOFError
            assert self.at >= 0
            self.at += 1
