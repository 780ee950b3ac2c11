"""Calls that could block, and do not here."""

import queue


class Setup:
    def __init__(self) -> None:
        self.waiting: queue.Queue = queue.Queue()

    async def run(self) -> int:
        count = 0
        while not self.waiting.empty():
            protocol = self.waiting.get()
            if not protocol.is_new:
                continue
            await protocol.connect()
            count += 1
        return count


async def note_host(trace, host: str) -> None:
    while trace is not None and not isinstance(trace, Setup):
        trace = getattr(trace, "parent", None)
    if trace is not None:
        trace.host = host


class Commands:
    def __init__(self) -> None:
        self.waiting: queue.Queue = queue.Queue()

    async def run(self) -> None:
        # Class: what is not there is a failure at once.
        while True:
            try:
                command = self.waiting.get(False)
            except queue.Empty:
                break
            print(command)

    async def run_by_name(self) -> None:
        while True:
            try:
                command = self.waiting.get(block=False)
            except queue.Empty:
                break
            print(command)

    async def run_blocked(self) -> None:
        while True:
            command = self.waiting.get(True)  # expect: loop-without-await/strict
            if command is None:
                break
            print(command)
