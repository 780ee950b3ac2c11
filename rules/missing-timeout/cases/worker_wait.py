"""Loops that wait for another machine without a timeout, and loops that wait for their own process."""

import json
import queue
import socket
import threading

import redis


class Worker:
    """The shape of a task queue: a connection that was dropped without a word is never read from again.

    A blocking pop only reads. Nothing is sent, so nothing fails, and the queue grows behind a worker that looks idle.
    """

    def __init__(self, url: str) -> None:
        self.client = redis.Redis.from_url(url)
        self.local: queue.Queue[bytes] = queue.Queue()
        self.stopped = threading.Event()

    def run(self) -> None:
        while True:
            item = self.client.blpop("jobs")  # expect: missing-timeout
            self.process(item[1])

    def run_with_zero(self) -> None:
        """Zero is the library's word for ever."""
        while True:
            item = self.client.blpop(["jobs", "later"], timeout=0)  # expect: missing-timeout
            self.process(item[1])

    def run_with_timeout(self) -> None:
        while True:
            item = self.client.blpop("jobs", timeout=30)
            if item is None:
                continue
            self.process(item[1])

    def run_local(self) -> None:
        """A queue of this process has no peer that can be gone."""
        while True:
            item = self.local.get()
            if not item:
                break
            self.process(item)

    def run_paced(self) -> None:
        self.stopped.wait()
        self.process(b"{}")

    def process(self, item: bytes) -> None:
        print(json.loads(item))


class Kernel:
    """Waits for an answer that a process which died at its start will never give."""

    def __init__(self, port: int) -> None:
        self.sock = socket.create_connection(("localhost", port), timeout=5)
        self.sock.settimeout(None)
        self.bounded = socket.create_connection(("localhost", port), timeout=5)

    def wait_for_ready(self) -> None:
        while True:
            self.sock.sendall(b"status?\n")
            reply = self.sock.recv(4096)  # expect: missing-timeout
            if not reply:
                raise ConnectionError("the kernel hung up")
            if reply.startswith(b"ready"):
                return

    def wait_for_ready_in_time(self) -> None:
        while True:
            self.bounded.sendall(b"status?\n")
            reply = self.bounded.recv(4096)
            if not reply:
                raise ConnectionError("the kernel hung up")
            if reply.startswith(b"ready"):
                return


def serve(conn: socket.socket) -> None:
    """What a peer sends next is its own time; whether it is still there is `ping-without-deadline`'s question."""
    while True:
        data = conn.recv(4096)
        if not data:
            break
        conn.sendall(data)


class KernelClient:
    """A kernel that dies while it starts never answers."""

    def wait_for_ready(self) -> None:
        while True:
            message = self.shell_channel.get_msg(block=True)  # expect: missing-timeout
            if message["msg_type"] == "kernel_info_reply":
                break

    def wait_in_time(self) -> None:
        while True:
            message = self.shell_channel.get_msg(block=True, timeout=5)
            if message["msg_type"] == "kernel_info_reply":
                break

    def look(self) -> dict:
        return self.shell_channel.get_msg(block=False)
