"""HTTP clients, each with its own idea of how long it waits when nobody says."""

import asyncio
import time
import urllib.request

import aiohttp
import httpx
import requests
from requests.adapters import HTTPAdapter


class Fetcher:
    def __init__(self, urls: list[str]) -> None:
        self.urls = urls
        self.session = requests.Session()
        self.client = httpx.Client()
        self.endless_client = httpx.Client(timeout=None)

    def poll(self, url: str) -> None:
        """One answer that never comes, and the loop never comes round again."""
        while True:
            response = requests.get(url)  # expect: missing-timeout
            print(response.status_code)
            time.sleep(60)

    def poll_in_session(self, url: str) -> None:
        while True:
            response = self.session.post(url, json={})  # expect: missing-timeout
            print(response.status_code)
            time.sleep(60)

    def fetch_all(self) -> list[bytes]:
        pages = []
        for url in self.urls:
            pages.append(requests.get(url, headers={"accept": "text/html"}).content)  # expect: missing-timeout
        return pages

    def fetch_with_none(self) -> list[bytes]:
        pages = []
        for url in self.urls:
            pages.append(requests.get(url, timeout=None).content)  # expect: missing-timeout/strict
        return pages

    def fetch_with_urllib(self) -> list[bytes]:
        pages = []
        for url in self.urls:
            with urllib.request.urlopen(url) as response:  # expect: missing-timeout
                pages.append(response.read())
        return pages

    def fetch_endless(self) -> list[bytes]:
        """Five seconds are the default of the library; this client turns them off."""
        pages = []
        for url in self.urls:
            pages.append(self.endless_client.get(url).content)  # expect: missing-timeout/strict
        return pages

    def fetch_in_time(self) -> list[bytes]:
        return [requests.get(url, timeout=(3.05, 30)).content for url in self.urls]

    def fetch_with_default(self) -> list[bytes]:
        pages = []
        for url in self.urls:
            pages.append(self.client.get(url).content)
        return pages

    def fetch_with_urllib_in_time(self) -> list[bytes]:
        pages = []
        for url in self.urls:
            with urllib.request.urlopen(url, None, 30) as response:
                pages.append(response.read())
        return pages

    def fetch_with_options(self, **options) -> list[bytes]:
        """The options may hold a timeout: silent."""
        pages = []
        for url in self.urls:
            pages.append(requests.get(url, **options).content)
        return pages


def fetch_page(url: str) -> bytes:
    """Outside of loops and connection phases: the caller sees it hang."""
    return requests.get(url).content  # expect: missing-timeout/audit


def fetch_page_with_urllib(url: str) -> bytes:
    with urllib.request.urlopen(url) as response:  # expect: missing-timeout/audit
        return response.read()


def fetch_pages_through_adapter(urls: list[str], adapter: HTTPAdapter) -> list[bytes]:
    """An adapter that cannot be seen may set a timeout: silent."""
    session = requests.Session()
    session.mount("https://", adapter)
    pages = []
    for url in urls:
        pages.append(session.get(url).content)
    return pages


async def fetch_with_aiohttp(urls: list[str]) -> list[bytes]:
    """Five minutes are the default of the library."""
    pages = []
    async with aiohttp.ClientSession() as session:
        for url in urls:
            async with session.get(url) as response:
                pages.append(await response.read())
    return pages


async def fetch_with_async_client(urls: list[str]) -> list[bytes]:
    pages = []
    async with httpx.AsyncClient(timeout=20) as client:
        for url in urls:
            pages.append((await client.get(url)).content)
    return pages


async def fetch_in_thread(urls: list[str]) -> list[bytes]:
    """The wait is bounded, although the thread may stay behind."""
    pages = []
    for url in urls:
        response = await asyncio.wait_for(asyncio.to_thread(requests.get, url), 30)
        pages.append(response.content)
    return pages


class Console:
    """A client of another library, as its name alone does not tell, may have a timeout by default."""

    def __init__(self, http_client) -> None:
        self.http_client = http_client

    def login(self, password: str) -> None:
        self.http_client.post("/login", json={"password": password})  # expect: missing-timeout/strict


async def receive_with_heartbeat(url: str) -> None:
    """The library pings, and closes the connection when nothing comes back."""
    async with aiohttp.ClientSession() as session:
        while True:
            ws = await session.ws_connect(url, heartbeat=20)
            greeting = await ws.receive_json(timeout=10)
            print(greeting)
            while True:
                print(await ws.receive_str())


# A script, which somebody runs by hand and can interrupt.
for language in ("english", "german"):
    print(requests.get(f"https://example.com/{language}.txt").text)  # expect: missing-timeout/strict


class Pages:
    def __init__(self, url: str) -> None:
        self.url = url

    def fetch_all(self, count: int) -> list[bytes]:
        return [self.fetch(number) for number in range(count)]

    def fetch(self, number: int) -> bytes:
        """One page that never comes, and the others are never asked for."""
        return requests.get(f"{self.url}/{number}").content  # expect: missing-timeout

    def check_all(self, count: int) -> None:
        for number in range(count):
            self.check(number)

    def check(self, number: int) -> None:
        requests.head(f"{self.url}/{number}", timeout=5).raise_for_status()

    def rename_all(self, names: list[str]) -> None:
        for name in names:
            self.rename(name)

    def rename(self, name: str) -> None:
        self.change({"name": name})

    def change(self, values: dict) -> None:
        requests.put(self.url, json=values)  # expect: missing-timeout

    def log_in(self, password: str) -> None:
        """Once, and not in a loop."""
        requests.post(self.url, json={"password": password})  # expect: missing-timeout/audit
