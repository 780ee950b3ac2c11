"""A method of the own class is to empty what the loop tests, and may keep it. Class: an upload whose last boundary never
comes."""


class Upload:
    def __init__(self, boundary: bytes) -> None:
        self.boundary = boundary
        self.buffer = b""
        self.parts: list[bytes] = []

    def finish(self) -> None:
        while len(self.buffer):  # expect: stuck-iteration/audit
            self.process(self.buffer)

    def process(self, data: bytes) -> None:
        place = data.find(self.boundary)
        if place < 0:
            data, self.buffer = data[:-4], data[-4:]
        else:
            data, self.buffer = data[:place], data[place + len(self.boundary) :]
        self.parts.append(data)

    def finish_lines(self) -> None:
        while self.buffer:  # expect: stuck-iteration/audit
            self.take_line()

    def take_line(self) -> None:
        if b"\n" in self.buffer:
            line, self.buffer = self.buffer.split(b"\n", 1)
            self.parts.append(line)

    def finish_all(self) -> None:
        while self.buffer:
            self.take_all()

    def take_all(self) -> None:
        self.parts.append(self.buffer)
        self.buffer = b""


def sections(lines: list[str]) -> list[str]:
    found = []
    position = 0
    while position < len(lines):
        if lines[position].startswith("["):
            found.append(lines[position])
            position += 1
        else:
            position = following(lines, position)
    return found


def following(lines: list[str], position: int) -> int:
    return position + 1
