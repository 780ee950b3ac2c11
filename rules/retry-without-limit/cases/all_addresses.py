"""One address after the other, and what is counted when all of them were tried."""

import socket
import time


class Client:
    def __init__(self, addresses, most):
        self.addresses = addresses
        self.most = most

    def connect(self):
        tried = 0
        rounds = 0
        while True:
            try:
                return socket.create_connection(self.addresses[tried], timeout=5)
            except OSError:
                pass
            tried += 1
            if tried < len(self.addresses):
                continue
            tried = 0
            if rounds < self.most:
                rounds += 1
                time.sleep(1)
                continue
            raise ConnectionError("nobody answers")

    def connect_some_day(self):
        tried = 0
        while True:
            try:
                return socket.create_connection(self.addresses[tried], timeout=5)
            except OSError:  # expect: retry-without-limit
                pass
            tried += 1
            if tried < len(self.addresses):
                continue
            tried = 0
            time.sleep(1)

    def connect_to_first(self):
        rounds = 0
        while True:
            tried = 0
            try:
                return socket.create_connection(self.addresses[tried], timeout=5)
            except OSError:  # expect: retry-without-limit
                pass
            tried += 1
            if tried < len(self.addresses):
                continue
            rounds += 1
            if rounds > self.most:
                raise ConnectionError("nobody answers")
