"""Loops that open connections."""

import contextlib
import socket
import time


def greet(address: tuple[str, int]) -> None:
    # Class: a server that does not greet costs a descriptor a second.
    while True:
        sock = socket.create_connection(address, timeout=5)  # expect: leaked-connection/strict
        if sock.recv(4) != b"HELO":
            time.sleep(1)
            continue
        sock.close()
        return


def greet_and_close(address: tuple[str, int]) -> None:
    while True:
        sock = socket.create_connection(address, timeout=5)
        try:
            if sock.recv(4) == b"HELO":
                return
        finally:
            sock.close()
        time.sleep(1)


def greet_in_scope(address: tuple[str, int]) -> None:
    while True:
        sock = socket.create_connection(address, timeout=5)
        with contextlib.closing(sock):
            if sock.recv(4) == b"HELO":
                return
        time.sleep(1)


def hand_on(address: tuple[str, int], pool: list[socket.socket]) -> None:
    while len(pool) < 4:
        sock = socket.create_connection(address, timeout=5)
        if sock.recv(4) == b"HELO":
            pool.append(sock)
        else:
            sock.close()
