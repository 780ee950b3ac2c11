"""Waiting in the constructor for a connection that another thread opens."""

import threading
import time


class Feed:
    """Class: the thread cannot connect, so the flag stays down and the constructor never returns."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.connected = False
        self.closed = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        # Nobody has the object yet who could close it.
        while not self.connected and not self.closed:  # expect: endless-poll
            time.sleep(0.1)

    def _run(self) -> None:
        self.connected = open_feed(self.url)

    def close(self) -> None:
        self.closed = True

    def wait_again(self) -> None:
        while not self.connected and not self.closed:
            time.sleep(0.1)

    def wait_a_while(self) -> bool:
        remaining = 50
        while not self.connected and remaining > 0:
            time.sleep(0.1)
            remaining -= 1
        return self.connected


def open_feed(url: str) -> bool:
    return bool(url)


STOPPED = "stopped"
CONNECTED = "connected"


class Session:
    def __init__(self, url: str) -> None:
        self.state = "new"
        threading.Thread(target=self._run, args=(url,), daemon=True).start()
        # The thread says when it gives up.
        while self.state not in (STOPPED, CONNECTED):
            time.sleep(0.1)

    def _run(self, url: str) -> None:
        self.state = CONNECTED if open_feed(url) else STOPPED
