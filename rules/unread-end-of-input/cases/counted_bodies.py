"""Bodies of a promised length: a peer that sends less leaves the count short for ever."""

from http.client import HTTPResponse
from urllib.request import urlopen


class PayloadReader:
    """Class: an upload cut short; the byte count never reaches the announced size."""

    def __init__(self, source) -> None:
        self._input = source
        self._chunk_left = 0

    def read_payload(self, size: int) -> bytes:
        parts = []
        count = 0
        while count < size:  # expect: unread-end-of-input
            part = self._input.read(size - count)
            parts.append(part)
            count += len(part)
        return b"".join(parts)

    def read_payload_checked(self, size: int) -> bytes:
        parts = []
        count = 0
        while count < size:
            part = self._input.read(size - count)
            if not part:
                raise EOFError("body is shorter than announced")
            parts.append(part)
            count += len(part)
        return b"".join(parts)


def download(url: str, path: str) -> None:
    with urlopen(url, timeout=30) as response, open(path, "wb") as out:
        remaining = int(response.headers["Content-Length"])
        while remaining > 0:  # expect: unread-end-of-input
            block = response.read(min(remaining, 65536))
            out.write(block)
            remaining -= len(block)


def download_checked(url: str, path: str) -> None:
    with urlopen(url, timeout=30) as response, open(path, "wb") as out:
        remaining = int(response.headers["Content-Length"])
        while remaining > 0:
            block = response.read(min(remaining, 65536))
            if not block:
                raise ConnectionError("short body")
            out.write(block)
            remaining -= len(block)


def skip(response: HTTPResponse, count: int) -> None:
    # A handler for a broken connection does not see a clean close.
    while count > 0:  # expect: unread-end-of-input
        try:
            count -= len(response.read(min(count, 4096)))
        except ConnectionError:
            return


def skip_with_limit(response: HTTPResponse, count: int) -> None:
    rounds = 0
    while count > 0:
        count -= len(response.read(min(count, 4096)))
        rounds += 1
        if rounds > 1000:
            raise RuntimeError("gave up")


def skip_at_most(response: HTTPResponse, count: int) -> None:
    for _ in range(1000):
        count -= len(response.read(min(count, 4096)))
        if count <= 0:
            return
