"""Waits that somebody chose: a tool whose person stops it, a script, `None` written out, a file."""

import pathlib
import socket
import sys
import urllib.request

import requests


def bridge(host: str, port: int) -> None:
    """A person at a terminal waits for it, and stops it."""
    connection = socket.socket()
    connection.connect((host, port))  # expect: missing-timeout/audit
    while True:
        line = sys.stdin.readline()
        if not line:
            return
        connection.sendall(line.encode())


def download_all(urls: list[str]) -> list[str]:
    found = []
    for url in urls:
        try:
            found.append(requests.get(url).text)  # expect: missing-timeout/strict
        except requests.RequestException as error:
            sys.exit(f"{url}: {error}")
    return found


def pages(urls: list[str]) -> list[str]:
    return [requests.get(url).text for url in urls]  # expect: missing-timeout


def environments(urls: list[str]) -> list[bytes]:
    # Whoever writes that knows that it takes long.
    return [urllib.request.urlopen(url, timeout=None).read() for url in urls]  # expect: missing-timeout/strict


def templates(paths: list[str]) -> list[bytes]:
    return [urllib.request.urlopen(pathlib.Path(path).absolute().as_uri()).read() for path in paths]


if __name__ == "__main__":

    def versions(numbers: list[str]) -> list[bytes]:
        return [urllib.request.urlopen(f"https://example.org/manual/{number}").read() for number in numbers]  # expect: missing-timeout/strict

    versions(sys.argv[1:])
