"""A read whose timeout is told by its number, and made an answer."""
import errno
import socket
import time


class Client:
    def __init__(self, address):
        self.sock = socket.create_connection(address)
        self.sock.settimeout(10)

    def next_packet(self):
        try:
            return self.sock.recv(4)
        except OSError as error:
            if error.errno == errno.ETIMEDOUT:
                return None
            raise

    def wait_for_acknowledgement(self):
        while True:
            packet = self.next_packet()
            if packet == b"":  # expect: timeout-without-limit
                raise ConnectionError("closed")
            if packet == b"ACK\n":
                return

    def wait_for_a_while(self):
        deadline = time.monotonic() + 60
        while True:
            packet = self.next_packet()
            if packet == b"":
                raise ConnectionError("closed")
            if packet == b"ACK\n":
                return
            if packet is None and time.monotonic() > deadline:
                raise TimeoutError("no acknowledgement")

    def wait_once(self):
        packet = self.next_packet()
        if packet is None:
            raise TimeoutError("no acknowledgement")
        return packet
