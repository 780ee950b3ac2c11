"""Reads that are none, or that raise at the end: everything in this file is accepted."""

from multiprocessing.connection import Connection


def jobs(conn: Connection) -> None:
    # A message connection raises EOFError when the other side is gone.
    while True:
        job = conn.recv()
        if job == "stop":
            return
        conn.send(len(job))


def wait_for_bit(device, register: int) -> None:
    # A register is read at an address; it has no end.
    while device.read(register, 1) != b"\x01":
        device.write(register, b"\x00")


def newest(paths: list[str]) -> bytes:
    # Every round opens its own file, so every round reads other data.
    for path in paths:
        with open(path, "rb") as f:
            head = f.read(4)
        if head != b"\x89PNG":
            return head
    return b""


def first_filled(directory) -> bytes:
    while True:
        with directory.next_file() as f:
            head = f.read(4)
            if head == b"DATA":
                return head


def rewinds(stream) -> bytes:
    # The position moves back, so the next read is not at the end.
    while True:
        tag = stream.read(4)
        if tag == b"ROOT":
            return tag
        stream.seek(int.from_bytes(stream.read(4), "big"))


def wrapped(source) -> list[str]:
    # A wrapper of unknown kind may well give None at its end.
    lines = []
    while True:
        line = source.readline()
        if line is None:
            return lines
        lines.append(line)


def until_sentinel(stream, eof: bytes) -> bytes:
    data = b""
    while True:
        block = stream.read(16)
        if block == eof:
            return data
        data += block


def to_parser(stream, parser) -> None:
    # An unresolved callee is told about the end and may well stop the loop.
    while parser.running:
        parser.feed(stream.read(4096))


class SerialReader:
    """Nothing comes in the time that the line was opened with, and a line that is gone fails."""

    def __init__(self, ser, stop) -> None:
        self._ser = ser
        self._stop = stop
        self._buffer = bytearray()

    def packet(self) -> bytes | None:
        data = self._ser.read(self._ser.in_waiting or 1)
        if not data:
            return None
        self._buffer += data
        return bytes(self._buffer)

    def run(self, replies: list) -> None:
        while not self._stop.is_set():
            packet = self.packet()
            if packet is None:
                continue
            replies.append(packet)

    def lines(self, replies: list) -> None:
        while not self._stop.is_set():
            line = self._ser.readline()
            if line:
                replies.append(line)
