"""Skip loops: the character that ends them is awaited, the end of the input is not."""

import io
import sys

NEWLINES = (b"\r", b"\n")
LINE_ENDS = (b"\r", b"\n", b"")
QUOTE = '"'


def skip_comment(stream: io.BufferedReader) -> None:
    # Class: a comment on the last line of a document without a final newline.
    char = stream.read(1)
    while char not in (b"\r", b"\n"):  # expect: unread-end-of-input
        char = stream.read(1)


def skip_comment_to_end(stream: io.BufferedReader) -> None:
    char = stream.read(1)
    while char not in (b"\r", b"\n", b""):
        char = stream.read(1)


def skip_comment_named(stream: io.BufferedReader) -> None:
    char = stream.read(1)
    while char not in NEWLINES:  # expect: unread-end-of-input
        char = stream.read(1)


def skip_comment_named_to_end(stream: io.BufferedReader) -> None:
    char = stream.read(1)
    while char not in LINE_ENDS:
        char = stream.read(1)


def skip_to_close(stream: io.BufferedReader) -> None:
    while stream.read(1) != b">":  # expect: unread-end-of-input
        pass


def read_name(stream: io.BufferedReader) -> bytes:
    name = b""
    while (char := stream.read(1)) != b"\0":  # expect: unread-end-of-input
        name += char
    return name


def read_name_to_end(stream: io.BufferedReader) -> bytes:
    name = b""
    while (char := stream.read(1)) not in (b"\0", b""):
        name += char
    return name


def skip_blanks() -> str:
    # The empty string is a substring of every string, so it counts as a blank here.
    char = sys.stdin.read(1)
    while char in " \t":  # fixme: expect: unread-end-of-input
        char = sys.stdin.read(1)
    return char


def skip_blanks_in_tuple() -> str:
    char = sys.stdin.read(1)
    while char in (" ", "\t"):
        char = sys.stdin.read(1)
    return char


def skip_spaces(stream: io.BufferedReader) -> bytes:
    char = stream.read(1)
    while char.isspace():
        char = stream.read(1)
    return char


def skip_to_number(stream: io.BufferedReader) -> bytes:
    char = stream.read(1)
    while not char.isdigit():  # expect: unread-end-of-input
        char = stream.read(1)
    return char


def read_quoted(stream: io.TextIOWrapper) -> str:
    text = ""
    while True:  # expect: unread-end-of-input
        char = stream.read(1)
        if char == QUOTE:
            return text
        text += char


def read_quoted_checked(stream: io.TextIOWrapper) -> str:
    text = ""
    while True:
        char = stream.read(1)
        if char == QUOTE:
            return text
        if char == "":
            raise ValueError("unterminated string")
        text += char
