"""Command loops over a terminal or a socket file: a stripped line hides the end of the input."""

import sys
import threading


def dispatch(command: str, sout) -> None:
    sout.write("unknown command: " + command + "\n")


class Console:
    """Class: an interactive monitor whose client hangs up."""

    def __init__(self) -> None:
        self._closing = threading.Event()

    def close(self) -> None:
        self._closing.set()

    def interact(self, sin, sout) -> None:
        # A stop signal does not notice the client that went away.
        while not self._closing.is_set():  # expect: unread-end-of-input
            sout.write("> ")
            command = sin.readline().strip()
            if command == "":
                continue
            dispatch(command, sout)

    def interact_checked(self, sin, sout) -> None:
        while not self._closing.is_set():
            sout.write("> ")
            line = sin.readline()
            if not line:
                break
            command = line.strip()
            if command == "":
                continue
            dispatch(command, sout)


def confirm(question: str) -> bool:
    while True:  # fixme: expect: unread-end-of-input
        print(question)
        answer = sys.stdin.readline().strip().lower()
        if answer == "y":
            return True
        if answer == "n":
            return False


def confirm_or_default(question: str) -> bool:
    while True:
        print(question)
        answer = sys.stdin.readline()
        if not answer or answer.strip().lower() == "n":
            return False
        if answer.strip().lower() == "y":
            return True


def choose_number() -> int:
    # The error of the empty line is caught by the handler that asks again.
    while True:  # fixme: expect: unread-end-of-input
        try:
            return int(sys.stdin.readline())
        except ValueError:
            print("a number, please")


def choose_number_or_leave() -> int:
    # int("") raises and nothing here catches it.
    while True:
        number = int(sys.stdin.readline())
        if number > 0:
            return number


def ask() -> str:
    # input() raises EOFError at the end.
    while True:
        answer = input("name: ").strip()
        if answer:
            return answer
