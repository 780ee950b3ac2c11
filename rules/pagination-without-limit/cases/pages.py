"""Walking over the pages of an interface."""

import requests


class Store:
    """Class: a proxy drops the query, so every page is the first one."""

    def __init__(self, url: str, client) -> None:
        self.url = url
        self.client = client

    def tokens(self) -> list[str]:
        token = None
        found: list[str] = []
        while True:  # expect: pagination-without-limit/strict
            answer = requests.get(self.url, params={"page_token": token}, timeout=5).json()
            found.extend(answer["names"])
            token = answer.get("next_page_token")
            if not token:
                return found

    def objects(self, bucket: str) -> list[str]:
        marker = ""
        found: list[str] = []
        more = True
        while more:  # expect: pagination-without-limit/strict
            answer = self.client.list_objects(bucket, marker=marker)
            found.extend(answer.names)
            marker = answer.next_marker
            more = answer.is_truncated
        return found

    def seen(self) -> list[str]:
        cursor = None
        seen: set = set()
        found: list[str] = []
        while cursor not in seen:
            seen.add(cursor)
            answer = requests.get(self.url, params={"cursor": cursor}, timeout=5).json()
            found.extend(answer["names"])
            cursor = answer.get("cursor")
        return found

    def numbered(self) -> list[str]:
        found: list[str] = []
        page = 1
        while page <= 50:
            answer = requests.get(self.url, params={"page": page}, timeout=5).json()
            found.extend(answer["names"])
            page += 1
        return found

    def once(self, path: str) -> dict:
        return requests.get(self.url + path, timeout=5).json()
