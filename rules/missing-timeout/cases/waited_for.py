"""Waits for which a person is there, and waits that the system ends."""

import socket
import struct
import time

import psycopg2
import requests


def ask_and_send(parameters: dict) -> None:
    """A person waits, and can end it."""
    seconds = input("Seconds between two requests: ")
    while True:
        send_for_person(parameters)
        time.sleep(int(seconds))


def send_for_person(parameters: dict) -> None:
    requests.get("https://example.com/collect", params=parameters)  # expect: missing-timeout/audit


def send_forever(parameters: dict) -> None:
    while True:
        send_for_nobody(parameters)
        time.sleep(1)


def send_for_nobody(parameters: dict) -> None:
    requests.get("https://example.com/collect", params=parameters)  # expect: missing-timeout


class Target:
    """The system bounds what it sends and receives, and its connect with that."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port

    def connect(self) -> None:
        self.sock = socket.socket()
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", 5, 0))
        self.sock.connect((self.host, self.port))


class Log:
    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port

    def connect_until_it_works(self) -> None:
        """Each attempt ends with the limit of the system, and there is another one."""
        while True:
            sock = socket.socket()
            try:
                sock.connect((self.host, self.port))  # expect: missing-timeout/strict
            except OSError:
                time.sleep(1)
            else:
                self.sock = sock
                break


class Database:
    """What the user writes to say where the server is may hold a `connect_timeout` as well."""

    def __init__(self, conninfo: str, host: str) -> None:
        self.conninfo = conninfo
        self.host = host

    def connect(self) -> None:
        self.connection = psycopg2.connect(self.conninfo)

    def connect_to_host(self) -> None:
        self.connection = psycopg2.connect(host=self.host)  # expect: missing-timeout
