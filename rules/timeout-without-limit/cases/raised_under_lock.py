"""A context manager that lets a failure through."""

import socket
import threading


class Resolver:
    def __init__(self, sock: socket.socket) -> None:
        self.lock = threading.Lock()
        self.sock = sock

    def ask(self, wanted: int) -> list[bytes]:
        answers: list[bytes] = []
        while len(answers) < wanted:
            with self.lock:
                try:
                    answer = self.sock.recv(1500)
                except (TimeoutError, OSError) as error:
                    raise LookupError("no answer") from error
                if not answer:
                    raise LookupError("no answer")
                answers.append(answer)
        return answers
