"""Retries that are meant, or that something bounds which is no plain counter."""

import logging
import random
import socket
import time
from enum import Enum

import requests

logger = logging.getLogger(__name__)


class Client:
    def __init__(self, url: str, retries: int | None) -> None:
        self.url = url
        self.retries = retries
        self.waiting: list[bytes] = []

    def count_down_where_asked(self) -> bytes:
        """A countdown that only runs where somebody asked for a limit."""
        left = self.retries
        while True:
            try:
                return requests.get(self.url, timeout=5).content
            except requests.ConnectionError:  # expect: retry-without-limit/strict
                logger.warning("no answer")
            if left == 0:
                raise ConnectionError(self.url)
            if left is not None:
                left -= 1
            time.sleep(1)

    def note_where_asked(self) -> bytes:
        again = True
        tries = 0
        while again:
            try:
                return requests.get(self.url, timeout=5).content
            except requests.ConnectionError:  # expect: retry-without-limit/strict
                tries += 1
                if self.retries != 0:
                    again = tries < self.retries
                if not again:
                    raise
                time.sleep(random.random())
        return b""

    def now_and_then(self) -> None:
        """A job that looks now and then whether there is something to send."""
        while True:
            time.sleep(10)
            if not self.waiting:
                continue
            try:
                requests.post(self.url, data=self.waiting[0], timeout=5)
            except requests.ConnectionError:
                logger.debug("later", exc_info=True)
                continue
            return

    def until_granted(self, code: str) -> dict:
        """The server says when the code is no longer valid."""
        while True:
            try:
                return self.exchange(code)
            except requests.HTTPError as error:
                message = error.response.json()["message"]
                if message != "authorization_pending":
                    raise
                time.sleep(5)

    def exchange(self, code: str) -> dict:
        response = requests.post(self.url, data=code, timeout=5)
        response.raise_for_status()
        return response.json()


def receive(sock: socket.socket, size: int, passing: set[int]) -> bytes:
    """Only a call that was broken off, which the caller lists, is made again."""
    while True:
        try:
            return sock.recv(size)
        except OSError as error:  # expect: retry-without-limit/strict
            code = getattr(error, "errno", error.args[0])
            if code not in passing:
                raise
            time.sleep(0.01)


def set_pragma(session: requests.Session, url: str) -> None:
    """A deadline that is computed step by step."""
    start = time.time()
    while True:
        try:
            session.put(url, timeout=5)
            break
        except requests.ConnectionError:
            spent = time.time() - start
            if spent > 60:
                raise
            time.sleep(0.1)


def one_after_the_other(primary: str, secondary: str) -> bytes:
    """The way round leads through a failure of the second one as well, which is counted."""
    tries = 0
    while True:
        try:
            try:
                return requests.get(primary, timeout=5).content
            except requests.ConnectionError:
                return requests.get(secondary, timeout=5).content
        except requests.RequestException:
            tries += 1
            if tries > 3:
                raise
            time.sleep(1)
