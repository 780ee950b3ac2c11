"""A keyword that only the project's own methods take says whose method is called; they tell the end themselves."""


class Transport:
    def recv(self, force=False, count=0):
        raise RuntimeError("virtual function")


class TcpTransport(Transport):
    def __init__(self, sock):
        self.sock = sock

    def recv(self, force=False, count=0):
        data = b""
        while len(data) < count:
            chunk = self.sock.recv(count - len(data))
            if not chunk:
                raise RuntimeError("the connection was closed")
            data += chunk
        return data


class Channel:
    def __init__(self, transport, sock):
        self.transport = transport
        self.sock = sock

    def receive(self, length):
        data = b""
        while len(data) < length:  # expect: unread-end-of-input/strict
            data += self.transport.recv(False, count=length - len(data))
        return data

    def receive_plainly(self, length):
        data = b""
        while len(data) < length:  # expect: unread-end-of-input
            data += self.sock.recv(length - len(data))
        return data
