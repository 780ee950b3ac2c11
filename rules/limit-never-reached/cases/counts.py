"""Counts that are compared and do not count."""

import socket
import time


def query(connection, request: bytes) -> bytes:
    # Class: the size of the buffer is adapted, but the number of rounds is not.
    retries = 1
    while True:
        try:
            return connection.ask(request)
        except BufferError as error:
            if retries > 1:  # expect: limit-never-reached
                raise
            request = request + bytes(error.args[0])


def query_counted(connection, request: bytes) -> bytes:
    retries = 1
    while True:
        try:
            return connection.ask(request)
        except BufferError as error:
            if retries > 3:
                raise
            retries += 1
            request = request + bytes(error.args[0])


def reset_each_round(ask) -> bool:
    while True:
        failures = 0
        if ask():
            return True
        failures += 1
        if failures > 3:  # expect: limit-never-reached
            return False


def reset_on_success(ask, stopped) -> None:
    failures = 0
    while not stopped():
        if ask():
            failures = 0
            continue
        failures += 1
        if failures > 3:
            raise TimeoutError


def counted_inside(groups) -> int:
    while True:
        count = 0
        for group in groups:
            count += len(group)
        if count > 100:
            return count
        groups = [group * 2 for group in groups]


def counted_by_closure(ask) -> bool:
    attempts = 0

    def step() -> None:
        nonlocal attempts
        attempts += 1

    while True:
        step()
        if ask() or attempts > 5:
            return True


def elapsed_time(receive, timeout: float) -> list[bytes]:
    started = time.monotonic()
    elapsed = -1.0
    found = []
    while elapsed < timeout:
        found.append(receive())
        elapsed = time.monotonic() - started
    return found


def inner_deadline(sock: socket.socket, stopped) -> None:
    while not stopped():
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            if sock.recv(1) == b"":
                return


def given(ask, max_count: int) -> None:
    # A setting: it decides once.
    while ask():
        if max_count > 5:
            return


def wait_for_run(client, max_auth_retries: int) -> object:
    """Class: the count is set anew after a success alone."""
    auth_retries = 0
    while True:
        try:
            run = client.get_run()
            auth_retries = 0
        except PermissionError:
            if auth_retries < max_auth_retries:
                auth_retries += 1
                client.refresh()
                continue
            raise
        if run.done:
            return run


def download(open_part, size: int) -> bytes:
    # The maximum is compared in the first loop, too, and the count is stepped in the second.
    max_attempts = 15
    attempt = 0
    attempt += 1
    data = b""
    part = open_part(0)
    while not part.is_done:
        try:
            data += part.next()
        except ConnectionError:
            if attempt < max_attempts:
                break
            raise
    while attempt < max_attempts and len(data) < size:
        attempt += 1
        data += open_part(len(data)).rest()
    return data
