"""Loops that sleep and ask again, and come to an end."""

import subprocess
import os
import shutil
import time

import requests


def retry_once(url: str) -> bytes:
    """A flag allows a second attempt, and no third."""
    tried = False
    while True:
        response = requests.get(url, timeout=5)
        if response.status_code == 503 and not tried:
            tried = True
            time.sleep(3)
            continue
        response.raise_for_status()
        return response.content


def retry_for_ever(url: str) -> bytes:
    while True:  # expect: endless-poll
        response = requests.get(url, timeout=5)
        if response.status_code == 503:
            time.sleep(3)
            continue
        return response.content


class TooManyRequests(Exception):
    seconds: float = 1.0


class Session:
    def send(self, query: str) -> bytes:
        response = requests.post("https://example.org", data=query, timeout=5)
        if response.status_code == 429:
            raise TooManyRequests
        return response.content

    def invoke(self, query: str) -> bytes:
        """What leaves the loop when it works is tried again; that is no question about a state."""
        while True:
            try:
                return self.send(query)
            except TooManyRequests as error:
                if error.seconds > 60:
                    raise
                time.sleep(error.seconds)


class Capture:
    def __init__(self, command: list[str], target: str) -> None:
        self.process = subprocess.Popen(command)
        self.target = target

    def start(self) -> None:
        """Whoever should make the file is looked after."""
        while subprocess.call(["test", "-e", self.target]):
            if self.process.poll() is not None:
                code = self.process.returncode
                if code != 0:
                    raise RuntimeError(f"it ended with {code}")
            time.sleep(0.1)


class Modem:
    def __init__(self, transport) -> None:
        self.transport = transport
        self.connected = False

    def close(self) -> None:
        """The program closes it itself, and waits until that is done."""
        self.transport.close()
        while self.connected:  # expect: endless-poll/strict
            time.sleep(0.1)

    def open(self) -> None:
        self.transport.open()
        while not self.connected:  # expect: endless-poll
            time.sleep(0.1)


def next_job(url: str) -> dict:
    """A worker takes the next job, for as long as it works."""
    while True:  # expect: endless-poll/strict
        job = requests.post(url, timeout=5)
        if job:
            return job
        time.sleep(1)


def replace(folder: str, backup: str) -> None:
    # Class: what has just been removed is gone, or removing it has failed.
    shutil.rmtree(folder)
    while os.path.exists(folder):
        time.sleep(0.1)
    shutil.copytree(backup, folder)
