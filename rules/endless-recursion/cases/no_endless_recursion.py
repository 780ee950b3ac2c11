"""Calls of the same name that are calls of something else, or that come back."""

import asyncio
import functools
import io


def show() -> None:
    """The local import is what is called."""
    from pprint import pprint as show

    show({})


def connect(connect) -> None:
    """The parameter is what is called."""
    connect()


def visit(tree) -> None:
    def visit(node) -> None:
        for child in node:
            visit(child)

    visit(tree)


class Ordered:
    """One of the two is overridden; which is the subclass's choice."""

    def before(self, other: "Ordered") -> bool:
        return not self.after(other)

    def after(self, other: "Ordered") -> bool:
        return not self.before(other)


class Version(Ordered):
    def __init__(self, number: int) -> None:
        self.number = number

    def before(self, other: "Version") -> bool:
        return self.number < other.number


class Buffer(io.RawIOBase):
    def __init__(self, inner: io.RawIOBase) -> None:
        self.inner = inner

    def readable(self) -> bool:
        return self.inner.readable()

    def readinto(self, buffer) -> int:
        return self.inner.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            super().close()


@functools.singledispatch
def encode(value) -> str:
    return str(value)


@encode.register
def _(value: list) -> str:
    return ",".join(encode(item) for item in value)


class Timer:
    """Handed to the loop: no frame is left when it runs."""

    def renew(self) -> None:
        asyncio.get_running_loop().call_later(1.0, self.renew)

    def renew_in_lambda(self) -> None:
        asyncio.get_running_loop().call_later(1.0, lambda: self.renew_in_lambda())

    async def renew_in_task(self) -> None:
        await asyncio.sleep(1)
        asyncio.create_task(self.renew_in_task())


class Account:
    def __init__(self) -> None:
        self.token = None

    def get_token(self) -> str:
        """The field is set before the second call."""
        if self.token is None:
            self.token = "fresh"
            return self.get_token()
        return self.token

    def numbers(self):
        """A generator: the consumer decides how far it goes."""
        yield 1
        yield from self.numbers()


class Column:
    """The column inside of all is of another class."""

    def __init__(self, nested) -> None:
        self.nested = nested
        if not hasattr(nested, "read_prefix"):
            self.nested = Column(nested)

    def read_prefix(self, buffer) -> None:
        self.nested.read_prefix(buffer)


def quote(text: str) -> str:
    """Replaces itself, to put off an import."""
    global quote
    from shlex import quote

    return quote(text)


def make_integrator(points: int):
    def integrate(values: list[float]) -> float:
        return sum(values) / points

    return integrate


def choose_integrator(points: int) -> None:
    global integrate
    integrate = make_integrator(points)


def integrate(values: list[float]) -> float:
    """Stands in until the first call, and puts another function in its own place."""
    choose_integrator(501)
    return integrate(values)
