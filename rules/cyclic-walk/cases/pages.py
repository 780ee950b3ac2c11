"""Pages that each round fetches anew are no links of one another."""

from typing import Any

import requests


def posts(url: str) -> Any:
    page = 0
    while True:
        data = requests.get(url, params={"page": page}, timeout=5).json()
        if "posts" in data:
            data = data["posts"]
        if not data:
            return
        yield from data
        page += 1


def statuses(url: str) -> Any:
    while url:
        response = requests.get(url, timeout=5)
        yield from response.json()
        url = response.links.get("next")
        if not url:
            return
        url = url["url"]


def chain(node: dict[str, Any]) -> Any:
    while node:  # expect: cyclic-walk
        yield node
        node = node["/Next"]
