"""Methods and functions that were meant to hand on to something else of the same name."""

import contextlib
import json
from json import dumps


class Proxy:
    def __init__(self, inner) -> None:
        self.inner = inner
        self.calls = 0

    def read(self, size: int) -> bytes:
        return self.read(size)  # expect: endless-recursion

    def write(self, data: bytes) -> int:
        self.calls += 1
        return self.write(data)  # expect: endless-recursion

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.close()  # expect: endless-recursion

    def flush(self) -> None:
        self.inner.flush()

    def seek(self, position: int) -> int:
        return self.inner.seek(position)


class Pool:
    @classmethod
    def create(cls, size: int) -> "Pool":
        return cls.create(size)  # expect: endless-recursion

    @classmethod
    def create_one(cls) -> "Pool":
        return cls.create_many(1)

    @classmethod
    def create_many(cls, size: int) -> "Pool":
        pool = cls()
        pool.size = size
        return pool

    @staticmethod
    def default_size() -> int:
        return Pool.default_size()  # expect: endless-recursion


def dumps(value) -> str:  # noqa: F811
    """Takes the place of the import of the same name, and calls itself."""
    return dumps(value)  # fixme: expect: endless-recursion


def loads(text: str):
    return json.loads(text)


class Base:
    def start(self) -> None:
        print("started")

    def stop(self) -> None:
        raise NotImplementedError


class Service(Base):
    def start(self) -> None:
        super().start()

    def stop(self) -> None:
        Base.stop(self)
