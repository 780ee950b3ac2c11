"""Steps by what a call gives, which may be nothing."""

import codecs


def blanks(text: str, at: int) -> int:
    count = 0
    while at + count < len(text) and text[at + count] == " ":
        count += 1
    return count


def words(text: str) -> list[str]:
    found = []
    at = 0
    while at < len(text):  # expect: zero-step/audit
        if text[at] == "\n":
            at += blanks(text, at)
        else:
            found.append(text[at])
            at += 1
    return found


def words_checked(text: str) -> list[str]:
    found = []
    at = 0
    while at < len(text):
        if text[at] == "\n":
            count = blanks(text, at)
            if count == 0:
                return found
            at += count
        else:
            found.append(text[at])
            at += 1
    return found


def words_after(text: str) -> list[str]:
    found = []
    at = 0
    while at < len(text):
        if text[at] == "\n":
            at += 1 + blanks(text, at)
        else:
            found.append(text[at])
            at += 1
    return found


class Filter:
    def __init__(self, decoder, sink) -> None:
        self.decoder = decoder
        self.sink = sink

    def put(self, chunk: bytes) -> None:
        rest = chunk
        while rest:  # expect: zero-step/audit
            plain = self.decoder.expand(rest, 4096)
            if plain:
                self.sink.append(plain)
            rest = self.decoder.rest

    def put_checked(self, chunk: bytes) -> None:
        rest = chunk
        while rest:
            plain = self.decoder.expand(rest, 4096)
            if plain:
                self.sink.append(plain)
            if not plain and len(self.decoder.rest) == len(rest):
                raise ValueError("nothing was taken")
            rest = self.decoder.rest


def parse(data: bytes) -> tuple[bytes, bytes]:
    size = data[0]
    return data[:size], data[size:]


def records(data: bytes) -> list[bytes]:
    found = []
    while data:  # expect: zero-step/audit
        record, data = parse(data)
        found.append(record)
    return found


def names(data: bytes) -> list[str]:
    """Class: a decoder of the language takes all."""
    found = []
    while data:
        text, _ = codecs.utf_8_decode(data)
        found.append(text)
        data = b""
    return found


class Parts:
    def __init__(self, parts: list[bytes]) -> None:
        self.parts = parts

    def some(self, size: int) -> bytes:
        return b"".join(part[:size] for part in self.parts)


def fill(parts: Parts, start: bytes) -> bytes:
    data = start
    missing = len(data) % 4
    while missing != 0:  # expect: zero-step/audit
        more = parts.some(4 - missing)
        data += b"".join(more.split())
        missing = len(data) % 4
    return data


def fill_checked(parts: Parts, start: bytes) -> bytes:
    data = start
    missing = len(data) % 4
    while missing != 0:
        more = parts.some(4 - missing)
        if not more:
            raise EOFError
        data += b"".join(more.split())
        missing = len(data) % 4
    return data
