"""Waits whose timeout says nothing of one peer: datagrams, listeners, workers that ask for the next job."""

import asyncio
import contextlib
import socket
from typing import cast

import requests


class Server:
    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.running = True
        self.seen: dict[object, bytes] = {}

    def stop(self) -> None:
        self.running = False

    def take(self) -> tuple[bytes, object]:
        return self.sock.recvfrom(2048)

    def collect(self) -> None:
        """Class: a router of datagrams."""
        self.sock.settimeout(30.0)
        while True:
            try:
                data, address = self.sock.recvfrom(2048)
            except TimeoutError:
                continue
            self.seen[address] = data

    def collect_through_helper(self) -> None:
        self.sock.settimeout(30.0)
        while True:
            try:
                data, address = self.take()
            except TimeoutError:
                continue
            self.seen[address] = data

    def serve_one(self, conn: socket.socket) -> None:
        conn.settimeout(30.0)
        while self.running:
            try:
                data = conn.recv(2048)
            except TimeoutError:  # expect: timeout-without-limit
                continue
            if not data:
                break


class Worker:
    def __init__(self, url: str) -> None:
        self.url = url
        self.running = True

    def stop(self) -> None:
        self.running = False

    async def fetch(self) -> list[str]:
        return requests.get(self.url, timeout=40).json()

    async def answer(self, job: str) -> None:
        requests.post(self.url, json=job, timeout=5)

    async def work(self) -> None:
        """Class: a long poll. Success goes round as well, and asks the same again."""
        while self.running:
            try:
                for job in await asyncio.wait_for(self.fetch(), 30):
                    await self.answer(job)
            except asyncio.TimeoutError:  # expect: timeout-without-limit/strict
                print("no jobs")

    async def follow(self, watcher) -> None:
        """Class: what times out is the wait for the next change, and what is sent is another answer each time."""
        while self.running:
            with contextlib.suppress(asyncio.TimeoutError):
                change = cast("str", await watcher.updates(30))
                await self.answer(change)
