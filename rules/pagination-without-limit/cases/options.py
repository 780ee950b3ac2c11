"""Requests whose options say where to go on."""

import time

import requests


def load_after(url: str):
    params = {"limit": "50"}
    while True:  # expect: pagination-without-limit/audit
        page = requests.get(url, params=params, timeout=10).text
        for name in page.splitlines():
            yield name
        if "more" not in page:
            return
        params["after"] = name


def load_from(url: str, total: int):
    params = {"start": 0}
    number = 0
    while number < total:  # expect: pagination-without-limit/audit
        names = requests.get(url, params=params, timeout=10).json()
        for name in names:
            number += 1
            yield name
        params["start"] += len(names)


def load_some(url: str, most: int):
    params = {"limit": "50"}
    pages = 0
    while pages < most:
        names = requests.get(url, params=params, timeout=10).json()
        if not names:
            return
        yield from names
        params["after"] = names[-1]
        pages += 1


def load_in_time(url: str, seconds: float):
    params = {"limit": "50"}
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        names = requests.get(url, params=params, timeout=10).json()
        yield from names
        params["after"] = names[-1]


def load_formats(url: str):
    params = {"form": "text"}
    pending = ["json", "html"]
    while pending:
        yield requests.get(url, params=params, timeout=10).text
        params["form"] = "json"
        pending.pop()
