"""A function that turns a timeout into `None`, and loops that ask it again and again for an answer."""

import logging
import socket

log = logging.getLogger(__name__)


class Line:
    def __init__(self, host):
        self.sock = socket.create_connection((host, 4000), timeout=5)
        self.silent = 0

    def receive(self):
        try:
            part = self.sock.recv(100)
        except socket.timeout:
            log.debug("nothing came")
            return None
        if not part:
            raise EOFError
        return part

    def receive_counted(self):
        try:
            part = self.sock.recv(100)
        except socket.timeout:
            self.silent += 1
            if self.silent > 3:
                raise
            return None
        if not part:
            raise EOFError
        return part

    def wait_for(self, answer):
        while True:
            if self.receive() == answer:  # expect: timeout-without-limit/strict
                return

    def wait_for_any(self, answers):
        while True:
            part = self.receive()
            if part is None:  # expect: timeout-without-limit
                continue
            if part in answers:
                return part

    def first(self):
        while True:
            part = self.receive()
            if part:  # expect: timeout-without-limit
                return part

    def wait_counted(self, answer):
        while True:
            if self.receive_counted() == answer:
                return

    def wait_some_times(self, answer):
        for _ in range(10):
            if self.receive() == answer:
                return True
        return False

    def wait_at_most(self, answer, attempts):
        while True:
            part = self.receive()
            if part is None:
                attempts -= 1
                if attempts <= 0:
                    raise TimeoutError(answer)
                continue
            if part == answer:
                return
