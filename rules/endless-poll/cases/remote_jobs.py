"""Waiting for work on other machines; the answer may stay the same for ever."""

import asyncio
import logging
import os
import socket
import subprocess
import time

import requests

logger = logging.getLogger(__name__)


class Render:
    """Class: a job service whose job is stuck in its queue."""

    def __init__(self, url: str, client) -> None:
        self.url = url
        self.client = client
        self.finished = None

    def _fetch(self) -> dict:
        response = requests.get(self.url, timeout=10)
        response.raise_for_status()
        return response.json()

    def wait(self) -> dict:
        while True:  # expect: endless-poll
            state = self._fetch()
            if state["phase"] in ("done", "failed"):
                return state
            logger.info("render is %s", state["phase"])
            time.sleep(3)

    def wait_for_table(self, name: str) -> None:
        ready = False
        while not ready:  # expect: endless-poll
            answer = self.client.describe_table(TableName=name)
            ready = answer["Table"]["Status"] == "ACTIVE"
            time.sleep(1)

    async def wait_async(self) -> None:
        while self._fetch()["phase"] != "done":  # expect: endless-poll
            await asyncio.sleep(1)

    def wait_with_tries(self) -> dict | None:
        tries = 0
        while tries < 20:
            state = self._fetch()
            if state["phase"] == "done":
                return state
            tries += 1
            time.sleep(3)
        return None

    def wait_until(self, deadline: float) -> dict | None:
        while time.time() < deadline:
            state = self._fetch()
            if state["phase"] == "done":
                return state
            time.sleep(3)
        return None

    def collect(self, found: list) -> None:
        # The loop works on each answer: a service.
        while True:
            state = self._fetch()
            found.append(state)
            if state["phase"] == "done":
                return
            time.sleep(3)


def wait_for_container(container) -> None:
    while container.status != "running":  # expect: endless-poll
        time.sleep(1)
        container.reload()


def wait_for_socket(path: str, server: subprocess.Popen) -> None:
    while not os.path.exists(path):
        if server.poll() is not None:
            raise RuntimeError("the server ended")
        time.sleep(0.1)


def wait_for_port(host: str, port: int) -> None:
    sock = socket.socket()
    sock.settimeout(1)
    while sock.connect_ex((host, port)) != 0:  # expect: endless-poll
        time.sleep(1)


def wait_for_program(command: list[str]) -> None:
    while subprocess.call(command, timeout=10) != 0:  # expect: endless-poll
        time.sleep(1)


async def wait_bounded(render: Render) -> None:
    async with asyncio.timeout(60):
        while render._fetch()["phase"] != "done":
            await asyncio.sleep(1)


def wait_for_login(url: str) -> None:
    """A person waits, and can end it."""
    input("Press Enter when you have logged in.")
    while not requests.get(url, timeout=10).ok:  # expect: endless-poll/strict
        time.sleep(1)


def report(url: str) -> None:
    """Nobody stands by for what is asked for once an hour."""
    while True:  # expect: endless-poll/strict
        if requests.get(url, timeout=10).status_code == 200:
            break
        time.sleep(3600)
