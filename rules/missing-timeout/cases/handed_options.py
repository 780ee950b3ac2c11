"""Requests whose timeout, if they have one, is among options that are handed on as a whole."""

import requests


class Client:
    def __init__(self, base: str, **options) -> None:
        self.base = base
        self.session = requests.Session()
        self.options = options

    def fetch(self, path: str) -> str:
        response = self.session.get(self.base + path, **self.options)  # expect: missing-timeout/audit
        return response.text


def send(url: str, body: bytes, **options) -> int:
    return requests.post(url, data=body, **options).status_code  # expect: missing-timeout/audit
