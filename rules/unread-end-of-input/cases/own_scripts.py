"""What a script reads of its own, a file that lies beside it above all, ends in sight of the person who runs it."""

import socket

with open("words.txt") as words:
    while True:  # expect: unread-end-of-input/strict
        if words.readline() == "#\n":
            break


def receive(peer: socket.socket) -> bytes:
    data = b""
    while not data.endswith(b"\n"):  # expect: unread-end-of-input
        data += peer.recv(1024)
    return data


if __name__ == "__main__":
    receive(socket.create_connection(("localhost", 80)))
