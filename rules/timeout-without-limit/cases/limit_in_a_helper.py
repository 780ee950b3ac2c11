"""The handler asks an object or a function; what that does decides."""

import asyncio
import logging
import socket

from connection_policy import ConnectionPolicy

logger = logging.getLogger(__name__)


class TimeoutBudget:
    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0

    def on_timeout(self) -> bool:
        self.used += 1
        return self.used < self.limit

    def spend(self) -> None:
        self.used += 1
        if self.used >= self.limit:
            raise ConnectionAbortedError("too many timeouts")

    def note(self) -> None:
        self.used += 1


class Session:
    def __init__(self, conn: socket.socket) -> None:
        self.conn = conn
        self.conn.settimeout(20.0)
        self.budget = TimeoutBudget(limit=5)
        self.open = True

    def close(self) -> None:
        self.open = False

    def run_with_verdict(self) -> None:
        while self.open:
            try:
                data = self.conn.recv(1024)
            except TimeoutError:
                if not self.budget.on_timeout():
                    break
                continue
            if not data:
                break
            self.handle(data)

    def run_with_raising_helper(self) -> None:
        while self.open:
            try:
                data = self.conn.recv(1024)
            except TimeoutError:
                self.budget.spend()
                continue
            if not data:
                break
            self.handle(data)

    def run_with_own_check(self) -> None:
        while self.open:
            try:
                data = self.conn.recv(1024)
            except TimeoutError:
                if self.timed_out():
                    return
                continue
            if not data:
                break
            self.handle(data)

    def timed_out(self) -> bool:
        self.budget.used += 1
        return self.budget.used >= self.budget.limit

    def run_with_note_only(self) -> None:
        """The helper counts, but nobody ever compares the count."""
        while self.open:
            try:
                data = self.conn.recv(1024)
            except TimeoutError:  # expect: timeout-without-limit
                self.budget.note()
                continue
            if not data:
                break
            self.handle(data)

    def run_with_ignored_verdict(self) -> None:
        """The helper has a limit and says so; the loop does not listen."""
        while self.open:
            try:
                data = self.conn.recv(1024)
            except TimeoutError:  # expect: timeout-without-limit
                self.budget.on_timeout()
                continue
            if not data:
                break
            self.handle(data)

    def handle(self, data: bytes) -> None:
        logger.info("%d bytes", len(data))


async def run_with_unknown_policy(reader: asyncio.StreamReader, policy: ConnectionPolicy) -> int:
    """What the policy does is out of sight, and it decides: silent."""
    total = 0
    while True:
        try:
            line = await asyncio.wait_for(reader.readline(), 30)
        except asyncio.TimeoutError:
            if not policy.on_timeout():
                break
            continue
        if not line:
            break
        total += len(line)
    return total


async def run_with_unknown_callback(reader: asyncio.StreamReader, on_error) -> int:
    """A callback that gets the exception may raise it: silent."""
    total = 0
    while True:
        try:
            line = await asyncio.wait_for(reader.readline(), 30)
        except asyncio.TimeoutError as error:
            on_error(error)
            continue
        if not line:
            break
        total += len(line)
    return total
