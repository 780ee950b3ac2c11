"""Options that are handed on as a whole, of which the file says that a timeout is among them."""

import requests


def send(url: str, body: bytes, **options) -> int:
    options.setdefault("timeout", 10)
    return requests.post(url, data=body, **options).status_code


def fetch(url: str, **options) -> str:
    return requests.get(url, **options).text
