"""Options that are handed on as a whole, and settings of the client."""

import asyncio
import functools
import socket
import time

import requests
import websocket


class Api:
    def __init__(self, base):
        self.base = base
        self.session = requests.Session()

    def _send(self, method, path, **options):
        options.setdefault("headers", {})["accept"] = "application/json"
        return self.session.request(method, self.base + path, **options)  # expect: missing-timeout

    def _send_in_time(self, method, path, **options):
        options.setdefault("timeout", 30)
        return self.session.request(method, self.base + path, **options)

    def _send_as_told(self, method, path, **options):
        return self.session.request(method, self.base + path, **options)

    def send(self, method, path, **options):
        return self.session.request(method, self.base + path, **options)

    def poll(self, handle):
        while True:
            handle(self._send("GET", "/jobs").json())
            handle(self._send("GET", "/events", params={"all": "1"}).json())
            handle(self._send_in_time("GET", "/jobs").json())
            handle(self._send_as_told("GET", "/jobs", timeout=5).json())
            handle(self.send("GET", "/jobs", **self.options()).json())
            time.sleep(5)

    def options(self):
        return {"timeout": 5}


def with_own_options(base, handle):
    options = {"headers": {"accept": "text/plain"}}
    while True:
        handle(requests.get(base, **options))  # expect: missing-timeout
        time.sleep(5)


def opened_with_own_options(url, verify):
    options = {}
    if not verify:
        options["sslopt"] = {"cert_reqs": 0}
    return websocket.create_connection(url, **options)  # expect: missing-timeout


def opened_with_timeout_in_options(url, timeout):
    options = {"enable_multithread": True}
    options["timeout"] = timeout
    return websocket.create_connection(url, **options)


def opened_with_given_options(url, *options):
    return websocket.create_connection(url, *options)


class Feed:
    async def connect(self, secure):
        options = {}
        if secure:
            options["ssl"] = True
        self.reader, self.writer = await asyncio.open_connection(self.host, 9000, **options)  # expect: missing-timeout/strict


def shakes_hands(context, host, port):
    options = {"sock": socket.create_connection((host, port), timeout=5), "server_hostname": host}
    return context.wrap_socket(**options)


def with_timeout_in_options(base, handle):
    options = dict(headers={})
    options["timeout"] = 10
    while True:
        handle(requests.get(base, **options))
        time.sleep(5)


def with_unknown_options(base, handle, read_options):
    options = {"stream": False}
    options.update(read_options())
    while True:
        handle(requests.get(base, **options))
        time.sleep(5)


class Patched:
    def __init__(self, base):
        self.base = base
        self.session = requests.Session()
        self.session.request = functools.partial(self.session.request, timeout=10)

    def poll(self, handle):
        while True:
            handle(self.session.get(self.base))
            time.sleep(5)


def follow(client, url, handle):
    while url:
        page = client.get(url).json()  # expect: missing-timeout
        handle(page)
        url = page["next"]


def follow_all(url, handle):
    session = requests.Session()
    follow(session, url, handle)


def follow_in_time(client, url, handle):
    while url:
        page = client.get(url).json()
        handle(page)
        url = page["next"]


def follow_all_in_time(url, handle):
    session = requests.Session()
    session.mount("https://", LimitedAdapter())
    follow_in_time(session, url, handle)


class LimitedAdapter(requests.adapters.HTTPAdapter):
    def send(self, request, **options):
        options["timeout"] = 10
        return super().send(request, **options)
