"""Loops that accept for everybody and work on each connection themselves."""
import asyncio
import socket


def answer(connection: socket.socket) -> None:
    request = connection.recv(4096)
    connection.sendall(request)


def serve(listener: socket.socket) -> None:
    while True:
        connection, _ = listener.accept()
        answer(connection)  # expect: peer-input-stops-server


def serve_each(listener: socket.socket) -> None:
    while True:
        connection, _ = listener.accept()
        try:
            answer(connection)
        except OSError as error:
            print(error)


async def greet(connection: socket.socket) -> None:
    connection.sendall(b"hello\n")


def serve_in_tasks(listener: socket.socket, loop: asyncio.AbstractEventLoop) -> None:
    while True:
        connection, _ = listener.accept()
        loop.create_task(greet(connection))
