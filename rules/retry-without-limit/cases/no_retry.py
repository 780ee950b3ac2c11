"""Loops that look like endless retries and are none."""

import asyncio
import errno
import json
import logging
import os
import queue
import socket
import time

import requests

logger = logging.getLogger(__name__)


def make_directory(path: str) -> str:
    """A local call: each round tries another name."""
    number = 0
    while True:
        name = f"{path}-{number}"
        try:
            os.mkdir(name)
            return name
        except FileExistsError:
            number += 1


def ask_number() -> int:
    """A prompt: a person answers, and may leave."""
    while True:
        try:
            return int(input("How many? "))
        except ValueError:
            print("A number, please.")


def send_all(sock: socket.socket, payload: bytes) -> None:
    """Interrupted is not failed."""
    while payload:
        try:
            sent = sock.send(payload)
        except OSError as error:
            if error.errno in (errno.EINTR, errno.EAGAIN):
                continue
            raise
        payload = payload[sent:]


def decode_first(sock: socket.socket) -> dict:
    """Each round reads the next message, so a bad one is left behind."""
    while True:
        line = sock.recv(65536)
        if not line:
            raise EOFError
        try:
            return json.loads(line)
        except json.JSONDecodeError as error:
            logger.warning("skipped: %s", error)


def upload(jobs: "queue.Queue[str]", url: str) -> None:
    """A service: success goes round as well, with the next job."""
    while True:
        path = jobs.get()
        if path is None:
            break
        try:
            with open(path, "rb") as file:
                requests.post(url, data=file, timeout=30)
        except requests.RequestException:
            logger.exception("%s was not uploaded", path)


def fetch_or_raise(url: str) -> bytes:
    """The failure leaves the loop, only a refusal for now goes round, and that is counted."""
    refused = 0
    while True:
        try:
            response = requests.get(url, timeout=5)
        except requests.RequestException as error:
            raise ConnectionError(url) from error
        if response.status_code != 429:
            return response.content
        refused += 1
        if refused > 5:
            raise ConnectionError(url)
        time.sleep(5)


def last_error(hosts: list[str]) -> Exception | None:
    """Ends with the list."""
    error = None
    for host in hosts:
        try:
            socket.create_connection((host, 80), timeout=3).close()
            return None
        except OSError as caught:
            error = caught
    return error


async def connect_in_time(host: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """The enclosing scope ends it."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await asyncio.open_connection(host, 7000)
            except OSError:
                await asyncio.sleep(0.5)


def connect_or_exit(client, address: str) -> None:
    attempts = 0
    while True:
        try:
            client.connect(address, timeout=30)
            break
        except ConnectionError:
            attempts += 1
            if attempts >= 3:
                os._exit(1)
            time.sleep(1)


def connect_or_count(client, address: str) -> None:
    attempts = 0
    while True:
        try:
            client.connect(address, timeout=30)
            break
        except ConnectionError:  # expect: retry-without-limit/strict
            attempts += 1
            if attempts >= 3:
                print("still trying")
            time.sleep(1)
