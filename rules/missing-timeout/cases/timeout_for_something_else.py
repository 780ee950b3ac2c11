"""A timeout that is handed to what it is for, which is another call."""

import json

import requests


class Sandboxes:
    def __init__(self, session, url: str) -> None:
        self._http = session
        self.url = url

    def start(self, name: str, timeout: float = 60) -> dict:
        answer = self._http.post(f"{self.url}/{name}/start", json={})  # expect: missing-timeout/audit
        answer.raise_for_status()
        return self.wait_for(name, timeout=timeout)

    def wait_for(self, name: str, timeout: float) -> dict:
        return {"name": name, "timeout": timeout}


def submit(url: str, job: dict, timeout: float) -> str:
    """The server is told, and nobody else."""
    job["timeout"] = timeout
    return requests.post(url, json=job).text  # expect: missing-timeout


def ban(url: str, store: str, timeout: float) -> int:
    """How long the server waits; its answer may take as long as it likes."""
    text = json.dumps({"store": store, "timeout": timeout})
    return requests.post(f"{url}/bans", data=text, timeout=None).status_code  # expect: missing-timeout/audit


def ban_all(url: str, stores: list[str], timeout: float) -> None:
    ban(url, ",".join(stores), timeout)
