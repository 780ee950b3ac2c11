"""An interrupted system call is called again; every other failure leaves."""

import errno
import socket


def connect(host: str, port: int) -> socket.socket:
    while True:
        try:
            return socket.create_connection((host, port), 10)
        except OSError as error:
            if error.errno == errno.EINTR:
                continue
            raise


def receive(sock: socket.socket) -> bytes | None:
    while True:
        try:
            return sock.recv(4096)
        except OSError as error:
            if error.errno == errno.ETIMEDOUT or "timed out" in str(error):
                return None
            if error.errno == errno.EINTR:
                continue
            raise
