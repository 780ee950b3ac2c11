"""Line loops: an empty line is "\\n", the end of the file is ""; only one of them is told apart."""

import re
import time
from typing import Iterator, TextIO


def read_body(f: TextIO) -> list[str]:
    lines = []
    while True:  # expect: unread-end-of-input
        line = f.readline()
        if line.startswith("#"):
            continue
        if line.strip() == "END":
            return lines
        lines.append(line)


def read_body_checked(f: TextIO) -> list[str]:
    lines = []
    while True:
        line = f.readline()
        if line == "":
            raise ValueError("no END line")
        if line.startswith("#"):
            continue
        if line.strip() == "END":
            return lines
        lines.append(line)


def skip_to_boundary(f: TextIO, boundary: str) -> None:
    line = f.readline()
    while not line.startswith("--"):  # expect: unread-end-of-input
        line = f.readline()


def skip_blank_lines(f: TextIO) -> str:
    line = f.readline()
    while line.strip() == "":  # expect: unread-end-of-input
        line = f.readline()
    return line


def skip_blank_lines_to_end(f: TextIO) -> str:
    line = f.readline()
    while line and line.strip() == "":
        line = f.readline()
    return line


def skip_to_rule(f: TextIO) -> None:
    line = f.readline()
    while not re.match(r"-{3,}", line):  # expect: unread-end-of-input
        line = f.readline()


def headers(f: TextIO) -> dict[str, str]:
    found = {}
    while True:
        line = f.readline()
        if line in ("\r\n", "\n", ""):
            return found
        name, _, value = line.partition(":")
        found[name] = value.strip()


def by_iteration(f: TextIO) -> list[str]:
    lines = []
    for line in f:
        if line.strip() == "END":
            break
        lines.append(line)
    return lines


def by_sentinel(f: TextIO) -> int:
    count = 0
    for line in iter(f.readline, ""):
        count += len(line.split())
    return count


def stop_at_blank(f: TextIO) -> list[str]:
    # "" is blank as well, so the end leaves here.
    lines = []
    while True:
        line = f.readline().rstrip()
        if not line:
            return lines
        lines.append(line)


def follow(path: str) -> None:
    # Like `tail -f`: it sleeps at the end on purpose.
    with open(path) as f:
        while True:
            line = f.readline()
            if line.endswith("\n"):
                print(line, end="")
            else:
                time.sleep(0.2)


def lines_of(f: TextIO) -> Iterator[str]:
    # The consumer of a generator decides when to stop.
    while True:
        yield f.readline()
