"""Message connections raise when the other side is gone, each time they are asked."""

import logging
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait

log = logging.getLogger(__name__)


def serve(conn: Connection) -> None:
    # Class: a worker process that outlives its parent and burns a core.
    while True:  # expect: closed-channel-spin
        try:
            job = conn.recv()
        except EOFError:
            continue
        conn.send(len(job))


def serve_until_closed(conn: Connection) -> None:
    while True:
        try:
            job = conn.recv()
        except EOFError:
            break
        conn.send(len(job))


def serve_and_log(conn: Connection, seen: list) -> None:
    while True:  # expect: closed-channel-spin
        try:
            seen.append(conn.recv())
        except (EOFError, OSError):
            log.exception("no job")


def serve_and_fail(conn: Connection, seen: list) -> None:
    while True:
        try:
            seen.append(conn.recv())
        except EOFError:
            log.error("parent is gone")
            raise


def serve_unhandled(conn: Connection, seen: list) -> None:
    # The exception leaves the loop.
    while True:
        seen.append(conn.recv())


def own_pipe(seen: list) -> None:
    receiver, sender = Pipe(duplex=False)
    sender.send("only one")
    sender.close()
    while True:  # expect: closed-channel-spin
        try:
            seen.append(receiver.recv())
        except EOFError:
            pass


def collect(readers: list[Connection], seen: list) -> None:
    # A closed connection is always ready, so `wait` does not wait any more.
    while readers:  # fixme: expect: closed-channel-spin
        for reader in wait(readers):
            try:
                seen.append(reader.recv())
            except EOFError:
                pass


def collect_until_closed(readers: list[Connection], seen: list) -> None:
    while readers:
        for reader in wait(readers):
            try:
                seen.append(reader.recv())
            except EOFError:
                readers.remove(reader)


def receive_samples(connection, stopped) -> None:
    # Class: of several failures the one that means the end leaves.
    while not stopped.is_set():
        try:
            samples = connection.recv_bytes()
            print(len(samples))
        except OSError:
            log.exception("no samples")
            continue
        except EOFError:
            break


def receive_typed(connection: Connection) -> None:
    while True:
        try:
            print(connection.recv_bytes())
        except OSError:
            continue
        except EOFError:
            break
