"""Accept loops: with no descriptor left, `accept` fails at once, and the connection stays in the queue."""

import errno
import logging
import socket
import threading
import time

logger = logging.getLogger(__name__)


class Server:
    def __init__(self, address: tuple[str, int]) -> None:
        self.listener = socket.create_server(address)
        self.running = True

    def stop(self) -> None:
        self.running = False
        self.listener.close()

    def serve(self) -> None:
        while self.running:
            try:
                conn, _ = self.listener.accept()
            except OSError as error:  # expect: retry-without-delay
                logger.error("accept: %s", error)
                continue
            self.start(conn)

    def serve_with_poll(self) -> None:
        """The timeout is a poll of the flag, the other handler is not."""
        self.listener.settimeout(1.0)
        while self.running:
            try:
                conn, _ = self.listener.accept()
            except TimeoutError:
                continue
            except OSError:  # expect: retry-without-delay
                logger.exception("accept")
                continue
            self.start(conn)

    def serve_with_pause(self) -> None:
        while self.running:
            try:
                conn, _ = self.listener.accept()
            except OSError as error:
                logger.error("accept: %s", error)
                time.sleep(0.1)
                continue
            self.start(conn)

    def serve_until_error(self) -> None:
        while self.running:
            try:
                conn, _ = self.listener.accept()
            except OSError:
                break
            self.start(conn)

    def serve_with_cases(self) -> None:
        """Out of descriptors: wait until some are closed. The rest is fatal."""
        while self.running:
            try:
                conn, _ = self.listener.accept()
            except OSError as error:
                if error.errno not in (errno.EMFILE, errno.ENFILE):
                    raise
                time.sleep(0.5)
                continue
            self.start(conn)

    def serve_aborted(self) -> None:
        """The peer that hung up in the queue is out of it: the next call sees the next peer."""
        while self.running:
            try:
                conn, _ = self.listener.accept()
            except ConnectionAbortedError:
                continue
            self.start(conn)

    def serve_interrupted(self) -> None:
        while self.running:
            try:
                conn, _ = self.listener.accept()
            except InterruptedError:
                continue
            self.start(conn)

    def start(self, conn: socket.socket) -> None:
        threading.Thread(target=self.talk, args=(conn,), daemon=True).start()

    def talk(self, conn: socket.socket) -> None:
        with conn:
            conn.sendall(b"hello\n")
