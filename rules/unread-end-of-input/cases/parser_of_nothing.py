"""What was read goes to a library's parser, which is given nothing at the end and answers nothing."""

import socket

import wireformat


def next_message(sock: socket.socket) -> bytes:
    while True:  # expect: unread-end-of-input/strict
        message = wireformat.decode_some(sock.recv(4096))
        if message is not None:
            return message


def next_message_or_end(sock: socket.socket) -> bytes:
    while True:
        data = sock.recv(4096)
        if not data:
            raise EOFError
        message = wireformat.decode_some(data)
        if message is not None:
            return message


def next_object(sock: socket.socket) -> "wireformat.Message":
    # Whoever makes an object of nothing expects it to fail.
    while True:
        message = wireformat.Message(sock.recv(4096))
        if message.is_final:
            return message
