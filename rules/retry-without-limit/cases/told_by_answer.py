"""Connections of which a function tells by its answer that they failed."""
import socket
import time


class Client:
    def __init__(self, address):
        self.address = address
        self.sock = None

    def connect(self):
        try:
            self.sock = socket.create_connection(self.address, timeout=5)
        except OSError:
            return False
        return True

    def wait_for_server(self):
        while not self.connect():  # expect: retry-without-limit/strict
            time.sleep(1)

    def wait_for_server_otherwise(self):
        while True:
            if self.connect():  # expect: retry-without-limit/strict
                break
            time.sleep(1)

    def wait_a_minute(self):
        deadline = time.monotonic() + 60
        while not self.connect():
            if time.monotonic() > deadline:
                raise TimeoutError("nobody there")
            time.sleep(1)
