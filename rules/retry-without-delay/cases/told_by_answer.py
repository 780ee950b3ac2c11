"""A function that tells by its answer that it could not connect, and loops that ask it again."""
import logging
import socket
import time

log = logging.getLogger(__name__)


class Client:
    def __init__(self, address):
        self.address = address
        self.sock = None
        self.running = True

    def stop(self):
        self.running = False

    def connect(self):
        try:
            self.sock = socket.create_connection(self.address, timeout=5)
            return True
        except OSError:
            log.info("no answer")
            self.sock = None
            return False

    def reconnect(self):
        if self.sock is not None:
            return True
        return self.connect()

    def connect_patiently(self):
        try:
            self.sock = socket.create_connection(self.address, timeout=5)
        except OSError:
            time.sleep(5)
            return False
        return True

    def keep_up(self):
        while self.running and not self.connect():  # expect: retry-without-delay
            pass

    def keep_up_again(self):
        while self.running and not self.reconnect():  # expect: retry-without-delay
            log.info("again")

    def keep_up_with_pauses(self):
        while self.running and not self.connect():
            time.sleep(1)

    def keep_up_patiently(self):
        while self.running and not self.connect_patiently():
            pass

    def keep_up_for_a_while(self):
        tries = 0
        while self.running and not self.connect():
            tries += 1
            if tries > 5:
                raise ConnectionError("nobody there")
