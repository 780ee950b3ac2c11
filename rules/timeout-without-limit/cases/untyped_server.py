"""A server without annotations: what is called on the connection tells that it is a socket, and its timeout."""

import logging
import select
import socket
import threading

logger = logging.getLogger(__name__)


class ChatServer:
    def __init__(self, port):
        self.port = port
        self.running = True
        self.clients = {}

    def serve(self):
        listener = socket.socket()
        listener.bind(("", self.port))
        listener.listen()
        listener.settimeout(1.0)
        while self.running:
            try:
                client, address = listener.accept()
            except socket.timeout:
                continue
            threading.Thread(target=self.talk, args=(client, address)).start()

    def talk(self, client, address):
        client.settimeout(30)
        self.clients[address] = client
        while self.running:
            try:
                message = client.recv(1024)
            except socket.timeout:  # expect: timeout-without-limit
                logger.warning("%s: timeout", address)
                continue
            if not message:
                break
            self.send_to_all(message)
        del self.clients[address]

    def send_to_all(self, message):
        for client in self.clients.values():
            client.sendall(message)


class Session:
    """The connection is a part of the object, which set its timeout."""

    def __init__(self, connection):
        self.connection = connection
        self.connection.settimeout(60)

    def run(self):
        while True:
            try:
                data = self.connection.recv(4096)
                if not data:
                    return
                self.connection.sendall(data)
            except socket.timeout:  # expect: timeout-without-limit
                logger.info("idle")


def serve_with_limit(client):
    client.settimeout(30)
    timeouts = 0
    while True:
        try:
            data = client.recv(1024)
        except socket.timeout:
            timeouts += 1
            if timeouts >= 3:
                return
            continue
        timeouts = 0
        if not data:
            return
        client.sendall(data)


def relay(channel, keyboard):
    """A timeout of 0 does not wait: something else does."""
    channel.settimeout(0.0)
    while True:
        ready, _, _ = select.select([channel, keyboard], [], [])
        if channel in ready:
            try:
                data = channel.recv(1024)
                if not data:
                    return
                print(data)
            except socket.timeout:
                pass
        if keyboard in ready:
            channel.sendall(keyboard.read(1))
