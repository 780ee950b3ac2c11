"""Ends that are told by a failure, waits that are no spin, and what is no stream."""

import threading


class Tunnel:
    def __init__(self, tls, session, buffer) -> None:
        self.tls = tls
        self.session = session
        self.buffer = buffer
        self.more = threading.Event()

    def plaintext(self) -> bytes:
        data = bytearray()
        while True:
            try:
                data.extend(self.tls.recv(65535))
            except EOFError:
                break
        return bytes(data)

    def reply(self, sock) -> object:
        while True:
            sender, answer = self.session.recv(sock)
            if (sender, answer) != (None, None):
                return answer

    def lines(self):
        while True:
            line = self.buffer.read()
            if line:
                yield line
            else:
                self.more.wait()
