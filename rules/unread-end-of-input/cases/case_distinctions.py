"""The end is told apart in each case of a distinction, among the members of a tuple, or by a text that stands for it."""

from typing import TextIO


class Lexer:
    quotes = "'\""
    blanks = " \t\n"

    def __init__(self, source: TextIO) -> None:
        self.source = source
        self.state: str | None = "blank"
        self.token = ""

    def next_token(self) -> str:
        while True:
            letter = self.source.read(1)
            if self.state is None:
                break
            elif self.state == "blank":
                if not letter:
                    self.state = None
                    break
                self.state = "quoted" if letter in self.quotes else "word"
            elif self.state in self.quotes:
                if not letter:
                    raise ValueError("no closing quotation")
                self.token += letter
            elif self.state == "word":
                if not letter or letter in self.blanks:
                    self.state = "blank"
                    break
                self.token += letter
        return self.token

    def skip_comment(self) -> None:
        while True:  # expect: unread-end-of-input
            letter = self.source.read(1)
            if self.state is None:
                break
            elif self.state == "blank":
                if letter == "\n":
                    break
            elif self.state == "word":
                if not letter:
                    break
            else:
                self.token += letter

    def skip_rest(self) -> None:
        while self.token != "end":  # expect: unread-end-of-input
            letter = self.source.read(1)
            if self.state == "blank":
                self.token = ""
            self.token += letter


def read_all(source: TextIO, size: int) -> str:
    nothing = ("", None)
    parts = []
    have = 0
    while have < size:
        part = source.read(size)
        if part in nothing:
            break
        have += len(part)
        parts.append(part)
    return "".join(parts)


def read_until_mark(source: TextIO, size: int) -> str:
    marks = ("\n", "\r")
    parts = []
    have = 0
    while have < size:  # expect: unread-end-of-input
        part = source.read(size)
        if part in marks:
            break
        have += len(part)
        parts.append(part)
    return "".join(parts)


def joined_lines(source: TextIO) -> list[str]:
    joined = []
    for first in source:
        line = first
        while line[-2:] == "\\\n":
            line = source.readline()
            if not line:
                line = "\n"
            first = first[:-2] + line
        joined.append(first)
    return joined


def lines_until_dot(source: TextIO) -> list[str]:
    lines = []
    line = "\n"
    while line[:1] != ".":  # expect: unread-end-of-input
        line = source.readline()
        if not line:
            line = "-\n"
        lines.append(line)
    return lines
