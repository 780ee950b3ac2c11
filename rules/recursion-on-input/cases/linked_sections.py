"""Documents whose parts refer to each other by offset or reference."""

import re
from typing import BinaryIO

import requests


class FormatError(ValueError):
    """The file is no document."""


def check_format(holds: bool, message: str) -> None:
    if not holds:
        raise FormatError(message)


class DocumentReader:
    """The shape of two PDF readers: a trailer names the one before it, a page its kids; nothing says that it ends."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.trailers: list[dict[bytes, int]] = []
        self.pages: list[dict] = []
        self.seen: set[int] = set()

    def read_trailer(self, offset: int) -> None:
        self.stream.seek(offset)
        trailer = self.interpret_trailer(self.stream.read(1024))
        self.trailers.append(trailer)
        if b"Prev" in trailer:
            self.read_trailer(trailer[b"Prev"])  # expect: recursion-on-input

    def read_trailer_once(self, offset: int) -> None:
        self.stream.seek(offset)
        trailer = self.interpret_trailer(self.stream.read(1024))
        self.trailers.append(trailer)
        previous = trailer.get(b"Prev")
        if previous is not None and previous not in self.seen:
            self.seen.add(previous)
            self.read_trailer_once(previous)  # expect: recursion-on-input/strict

    def read_trailer_checked(self, offset: int, seen: list[int]) -> None:
        self.stream.seek(offset)
        trailer = self.interpret_trailer(self.stream.read(1024))
        self.trailers.append(trailer)
        if b"Prev" in trailer:
            seen.append(offset)
            check_format(trailer[b"Prev"] not in seen, "trailer loop")
            self.read_trailer_checked(trailer[b"Prev"], seen)  # expect: recursion-on-input/strict

    def read_trailers(self, offset: int | None) -> None:
        while offset is not None and offset not in self.seen:
            self.seen.add(offset)
            self.stream.seek(offset)
            trailer = self.interpret_trailer(self.stream.read(1024))
            self.trailers.append(trailer)
            offset = trailer.get(b"Prev")

    def interpret_trailer(self, data: bytes) -> dict[bytes, int]:
        return {key: int(value) for key, value in re.findall(rb"/(\w+) (\d+)", data)}

    def load_pages(self, node) -> None:
        for kid in node["/Kids"]:
            page = kid.get_object()
            if "/Kids" in page:
                self.load_pages(page)  # expect: recursion-on-input
            else:
                self.pages.append(page)

    def load_pages_bounded(self, node, depth: int = 0) -> None:
        if depth > 50:
            raise FormatError("page tree too deep")
        for kid in node["/Kids"]:
            page = kid.get_object()
            if "/Kids" in page:
                self.load_pages_bounded(page, depth + 1)
            else:
                self.pages.append(page)


class SitemapLoader:
    """A sitemap may name others, and itself."""

    def __init__(self) -> None:
        self.urls: list[str] = []

    def load_sitemap(self, url: str) -> None:
        text = requests.get(url, timeout=10).text
        self.urls += re.findall(r"<url>(.*?)</url>", text)
        for link in re.findall(r"<sitemap>(.*?)</sitemap>", text):
            self.load_sitemap(link)  # expect: recursion-on-input/strict

    def load_sitemap_bounded(self, url: str, depth: int = 0) -> None:
        if depth > 10:
            return
        text = requests.get(url, timeout=10).text
        self.urls += re.findall(r"<url>(.*?)</url>", text)
        for link in re.findall(r"<sitemap>(.*?)</sitemap>", text):
            self.load_sitemap_bounded(link, depth + 1)


class SelectionLoader:
    """What is selected of the pages is gone down beside their links: it ends where the selection does."""

    def load_selected(self, pages: list, selection) -> None:
        for field in selection.fields():
            kids = self.fetch(pages, field.name)
            self.load_selected(kids, field.selection)  # expect: recursion-on-input/strict

    def fetch(self, pages: list, name: str) -> list:
        return [kid for page in pages for kid in page[name]]

    def load_all(self, page, selection) -> None:
        for kid in page["/Kids"]:
            self.load_all(kid.get_object(), selection)  # expect: recursion-on-input
