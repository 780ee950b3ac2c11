"""Positions that are moved by a length of the data, and searches that start where they were."""


def skip_options(data: bytes) -> int:
    pos = 0
    while pos < len(data):  # expect: zero-step
        pos += data[pos]
    return pos


def skip_options_checked(data: bytes) -> int:
    pos = 0
    while pos < len(data):
        length = data[pos]
        if length == 0:
            raise ValueError("option without a length")
        pos += length
    return pos


def skip_options_with_type(data: bytes) -> int:
    pos = 0
    while pos < len(data):
        pos += 2 + data[pos + 1]
    return pos


def count_down(data: bytes, remaining: int) -> list[int]:
    sizes = []
    while remaining > 0:  # expect: zero-step
        size = data[-remaining]
        sizes.append(size)
        remaining -= size
    return sizes


def count_occurrences(text: str, word: str) -> int:
    # The second search finds the first place again.
    count = 0
    at = text.find(word)
    while at != -1:  # expect: zero-step
        count += 1
        at = text.find(word, at)
    return count


def count_occurrences_onward(text: str, word: str) -> int:
    count = 0
    at = text.find(word)
    while at != -1:
        count += 1
        at = text.find(word, at + 1)
    return count


def count_apart(text: str, word: str) -> int:
    count = 0
    at = text.find(word)
    while at != -1:
        count += 1
        at = text.find(word, at + len(word))
    return count


def send_all(sock, data: bytes) -> None:
    # A blocking send takes at least one byte or raises.
    view = memoryview(data)
    while view:
        sent = sock.send(view)
        view = view[sent:]


def send_by_position(sock, data: bytes) -> None:
    sent = 0
    while sent < len(data):
        sent += sock.send(data[sent:])


def take_varint(data: bytes) -> tuple[int, int]:
    value = 0
    for index, byte in enumerate(data):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, index + 1
    raise ValueError("unterminated number")


def varints(data: bytes) -> list[int]:
    values = []
    while data:  # fixme: not-expect: zero-step/strict
        value, used = take_varint(data)
        values.append(value)
        data = data[used:]
    return values


def tokens(text: str, pattern) -> list[str]:
    found = []
    while text:
        match = pattern.match(text)
        if match is None:
            raise ValueError(text)
        found.append(match.group())
        text = text[match.end() :]
    return found
