"""Dispatch of ready descriptors."""

import select


class Server:
    """Class: a client whose network went away keeps the loop busy."""

    def __init__(self) -> None:
        self.poller = select.poll()
        self.clients: dict[int, object] = {}
        self.running = True

    def run(self) -> None:
        while self.running:
            for number, flags in self.poller.poll(1000):  # expect: unhandled-hangup
                if flags & select.POLLIN:
                    self.clients[number].receive()
                if flags & select.POLLOUT:
                    self.clients[number].send()

    def run_with_hangup(self) -> None:
        while self.running:
            for number, flags in self.poller.poll(1000):
                if flags & (select.POLLHUP | select.POLLERR):
                    self.poller.unregister(number)
                elif flags & select.POLLIN:
                    self.clients[number].receive()

    def run_reading(self) -> None:
        # Whatever it is: the read will find out.
        while self.running:
            for number, flags in self.poller.poll(1000):
                if flags & select.POLLOUT:
                    self.clients[number].send()
                self.clients[number].receive()

    def once(self) -> None:
        for number, flags in self.poller.poll(1000):
            if flags & select.POLLIN:
                self.clients[number].receive()
