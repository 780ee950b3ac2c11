"""Requests that timed out and are sent again."""

import asyncio
import logging
import socket
import threading
import time
import urllib.error
import urllib.request

import httpx
import requests
from requests.exceptions import ReadTimeout, Timeout

logger = logging.getLogger(__name__)


def fetch(url: str) -> bytes:
    while True:
        try:
            return requests.get(url, timeout=5).content
        except requests.exceptions.Timeout:  # expect: timeout-without-limit
            logger.warning("%s timed out, trying again", url)
            time.sleep(1)


def fetch_until_stopped(url: str, stop: threading.Event) -> bytes | None:
    """The stop signal does not notice that the server is gone."""
    while not stop.is_set():
        try:
            return requests.get(url, timeout=5).content
        except Timeout:  # expect: timeout-without-limit
            stop.wait(1.0)
    return None


def fetch_counted(url: str) -> bytes:
    attempts = 0
    while True:
        try:
            return requests.get(url, timeout=5).content
        except Timeout:
            attempts += 1
            if attempts >= 5:
                raise
            time.sleep(1)


def fetch_a_few_times(url: str) -> bytes | None:
    for attempt in range(5):
        try:
            return requests.get(url, timeout=5).content
        except Timeout:
            time.sleep(2**attempt)
    return None


def fetch_before_deadline(url: str, patience: float) -> bytes:
    deadline = time.monotonic() + patience
    while True:
        try:
            return requests.get(url, timeout=5).content
        except Timeout:
            if time.monotonic() >= deadline:
                raise
            time.sleep(1)


def submit(client: httpx.Client, url: str, job: dict) -> str:
    submitted = False
    while not submitted:
        try:
            reply = client.post(url, json=job)
            submitted = True
        except httpx.TimeoutException:  # expect: timeout-without-limit
            logger.warning("no answer from %s", url)
    return reply.text


def download(url: str) -> bytes:
    request = urllib.request.Request(url)
    while True:
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return response.read()
        except (TimeoutError, urllib.error.URLError):  # expect: timeout-without-limit
            time.sleep(5)


def download_mirrored(urls: list[str]) -> bytes | None:
    """Each round has a mirror less to ask."""
    while urls:
        url = urls.pop()
        try:
            return requests.get(url, timeout=5).content
        except ReadTimeout:
            logger.info("%s: next mirror", url)
    return None


async def ask(client: httpx.AsyncClient, url: str) -> str:
    while True:
        try:
            reply = await asyncio.wait_for(client.get(url), timeout=3)
        except asyncio.TimeoutError:  # expect: timeout-without-limit
            await asyncio.sleep(1)
            continue
        return reply.text


async def ask_in_time(client: httpx.AsyncClient, url: str) -> str:
    async with asyncio.timeout(60):
        while True:
            try:
                reply = await asyncio.wait_for(client.get(url), timeout=3)
            except asyncio.TimeoutError:
                await asyncio.sleep(1)
                continue
            return reply.text


class Packets:
    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.closed = False

    def close(self) -> None:
        self.closed = True

    def write_all(self, data: bytes) -> None:
        """The timeout is short, and serves to see that this end was closed."""
        while data:
            try:
                sent = self.sock.send(data)
            except socket.timeout:
                if self.closed:
                    raise EOFError
                continue
            data = data[sent:]

    def write_all_for_ever(self, data: bytes) -> None:
        while data:
            try:
                sent = self.sock.send(data)
            except socket.timeout:  # expect: timeout-without-limit
                continue
            data = data[sent:]

    def write_all_with_flags(self, data: bytes) -> None:
        """What the handler finds out is told apart later."""
        while data:
            again = False
            try:
                sent = self.sock.send(data)
            except socket.timeout:
                again = True
            except OSError:
                sent = -1
            if again:
                sent = 0
                if self.closed:
                    sent = -1
            if sent < 0:
                raise EOFError
            data = data[sent:]


class Replicator:
    def run_once(self) -> None:
        for url in self.urls:
            requests.get(url, timeout=5)

    def run_forever(self) -> None:
        """A job that is run from time to time, whatever the last one failed with."""
        while True:
            begin = time.monotonic()
            try:
                self.run_once()
            except (Exception, Timeout):
                logger.exception("pass failed")
            elapsed = time.monotonic() - begin
            if elapsed < 30:
                time.sleep(30 - elapsed)
