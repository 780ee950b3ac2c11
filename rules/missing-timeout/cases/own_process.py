"""Who asks a process that it has just started, until it is up, asks this machine."""

import subprocess
import time

import requests


def start(command: list[str], port: int) -> subprocess.Popen:
    process = subprocess.Popen(command)
    while True:
        if requests.get(f"http://node:{port}/ready").ok:  # expect: missing-timeout/strict
            return process
        time.sleep(1)


def watch(command: list[str], address: str) -> None:
    while True:
        if requests.get(f"http://{address}/ready").ok:  # expect: missing-timeout
            break
        time.sleep(1)
    subprocess.Popen(command)
