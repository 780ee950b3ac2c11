"""Loops outside of coroutines: Ctrl-C and `sys.exit` are exceptions as well."""

import socket
import time


def receive(sock: socket.socket) -> None:
    while True:
        try:
            data = sock.recv(4096)
            if not data:
                return
            print(data)
        except:  # expect: swallowed-cancellation/strict
            time.sleep(1)


def receive_until_interrupt(sock: socket.socket) -> None:
    while True:
        try:
            data = sock.recv(4096)
            if not data:
                return
            print(data)
        except KeyboardInterrupt:
            break
        except OSError:
            time.sleep(1)


def convert(texts: list[str]) -> list[int]:
    numbers = []
    for text in texts:
        try:
            numbers.append(int(text))
        except:
            numbers.append(0)
    return numbers
