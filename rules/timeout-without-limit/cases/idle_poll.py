"""A short timeout that only serves to look at the stop signal is no failure."""

import logging
import queue
import selectors
import socket
import threading

logger = logging.getLogger(__name__)


class Worker:
    def __init__(self, host: str) -> None:
        self.jobs: queue.Queue[bytes] = queue.Queue()
        self.changed = threading.Condition()
        self.stop = threading.Event()
        self.conn = socket.create_connection((host, 7000), timeout=5.0)
        self.listener = socket.create_server(("", 7001))
        self.selector = selectors.DefaultSelector()

    def close(self) -> None:
        self.stop.set()

    def poll_queue(self) -> None:
        while not self.stop.is_set():
            try:
                job = self.jobs.get(timeout=0.5)
            except queue.Empty:
                continue
            logger.info("%d bytes", len(job))

    def poll_queue_slowly(self) -> None:
        """A local queue cannot be a dead peer, however long the timeout."""
        while not self.stop.is_set():
            try:
                job = self.jobs.get(timeout=30)
            except queue.Empty:
                logger.debug("nothing to do")
                continue
            logger.info("%d bytes", len(job))

    def poll_socket(self) -> None:
        self.conn.settimeout(1.0)
        while not self.stop.is_set():
            try:
                data = self.conn.recv(4096)
            except socket.timeout:
                continue
            if not data:
                break
            logger.info("%d bytes", len(data))

    def poll_listener(self) -> None:
        self.listener.settimeout(1.0)
        while not self.stop.is_set():
            try:
                conn, _ = self.listener.accept()
            except TimeoutError:
                continue
            threading.Thread(target=conn.close, daemon=True).start()

    def poll_selector(self) -> None:
        while not self.stop.is_set():
            for key, _ in self.selector.select(timeout=1.0):
                key.data()

    def poll_condition(self) -> None:
        with self.changed:
            while not self.stop.is_set():
                self.changed.wait(timeout=30)

    def read_with_liveness_timeout(self) -> None:
        """The same loop as `poll_socket`, but half a minute is not how one looks at a flag."""
        self.conn.settimeout(30.0)
        while not self.stop.is_set():
            try:
                data = self.conn.recv(4096)
            except socket.timeout:  # expect: timeout-without-limit
                continue
            if not data:
                break
            logger.info("%d bytes", len(data))

    def read_with_nothing_to_look_at(self) -> None:
        """A short timeout, but no stop signal that it would be short for."""
        self.conn.settimeout(1.0)
        while True:
            try:
                data = self.conn.recv(4096)
            except socket.timeout:  # expect: timeout-without-limit
                continue
            if not data:
                break
            logger.info("%d bytes", len(data))
