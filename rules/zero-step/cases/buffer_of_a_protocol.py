"""Protocol objects that cut complete messages off their receive buffer."""

from wire import Header, NotEnoughData


class Protocol:
    """Class: a malformed header whose sizes add up to zero queues the same message for ever."""

    def __init__(self) -> None:
        self._buffer = b""
        self.messages: list = []

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._buffer:  # expect: zero-step
            try:
                header = Header.parse(self._buffer)
            except NotEnoughData:
                return
            if len(self._buffer) < header.body_size:
                return
            self.messages.append(header)
            self._buffer = self._buffer[header.header_size + header.body_size :]

    def data_received_checked(self, data: bytes) -> None:
        self._buffer += data
        while self._buffer:
            try:
                header = Header.parse(self._buffer)
            except NotEnoughData:
                return
            size = header.header_size + header.body_size
            if size <= 0:
                raise ValueError("malformed header")
            if len(self._buffer) < size:
                return
            self.messages.append(header)
            self._buffer = self._buffer[size:]


class Stream:
    def __init__(self) -> None:
        self.pending = bytearray()
        self.packets: list[bytes] = []

    def _packet_length(self) -> int:
        return self.pending[1]

    def _checked_length(self) -> int:
        length = self.pending[1]
        if length == 0:
            raise ValueError("empty packet")
        return length

    def split(self) -> None:
        while len(self.pending) > 2:  # fixme: expect: zero-step
            length = self.pending[1]
            self.packets.append(bytes(self.pending[:length]))
            del self.pending[:length]

    def split_by_helper(self) -> None:
        while len(self.pending) > 2:  # fixme: expect: zero-step
            length = self._packet_length()
            self.packets.append(bytes(self.pending[:length]))
            del self.pending[:length]

    def split_by_checked_helper(self) -> None:
        while len(self.pending) > 2:
            length = self._checked_length()
            self.packets.append(bytes(self.pending[:length]))
            del self.pending[:length]

    def split_with_header(self) -> None:
        while len(self.pending) > 2:
            length = self.pending[1] + 2
            self.packets.append(bytes(self.pending[:length]))
            del self.pending[:length]

    def split_some(self, limit: int) -> None:
        # A limit bounds the loop whatever the lengths are.
        rounds = 0
        while self.pending and rounds < limit:
            del self.pending[: self.pending[0]]
            rounds += 1

    def split_until_unchanged(self) -> None:
        while len(self.pending) > 2:
            before = len(self.pending)
            del self.pending[: self.pending[1]]
            if len(self.pending) == before:
                raise ValueError("no progress")
