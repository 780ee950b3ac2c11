"""One loop of the class looks at the stop signal, its sibling does not."""

import queue
import socket
import threading
import time

import gevent


class Client:
    """Class: `close()` returns, one thread ends, the other one goes on with a closed socket."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._outbox: queue.Queue = queue.Queue()
        self._stop = threading.Event()

    def close(self) -> None:
        self._stop.set()

    def _send_loop(self) -> None:
        while not self._stop.is_set():
            try:
                self._sock.sendall(self._outbox.get(timeout=1))
            except queue.Empty:
                continue

    def _ping_loop(self) -> None:
        while True:  # expect: unstoppable-loop
            self._outbox.put(b"ping")
            time.sleep(30)

    def _ping_loop_checked(self) -> None:
        while not self._stop.wait(30):
            self._outbox.put(b"ping")


class Poller:
    def __init__(self) -> None:
        self.running = True
        self.values: list[float] = []

    def stop(self) -> None:
        self.running = False

    def poll_fast(self) -> None:
        while self.running:
            self.values.append(time.time())
            time.sleep(0.1)

    def poll_slow(self) -> None:
        while True:  # expect: unstoppable-loop
            self.values.append(time.time())
            time.sleep(10)

    def poll_slow_checked(self) -> None:
        while True:
            if not self.running:
                break
            self.values.append(time.time())
            time.sleep(10)

    def _finished(self) -> bool:
        return not self.running

    def poll_by_helper(self) -> None:
        while True:
            if self._finished():
                return
            self.values.append(time.time())
            time.sleep(10)

    def _rest(self) -> None:
        if not self.running:
            raise SystemExit
        time.sleep(10)

    def poll_with_helper_that_leaves(self) -> None:
        while True:
            self.values.append(time.time())
            self._rest()


class Consumer:
    """A sentinel on the queue is a stop signal too."""

    def __init__(self) -> None:
        self._jobs: queue.Queue = queue.Queue()
        self._closed = threading.Event()

    def close(self) -> None:
        self._closed.set()
        self._jobs.put(None)

    def watch(self) -> None:
        while not self._closed.wait(1):
            print(self._jobs.qsize())

    def work(self) -> None:
        while True:
            job = self._jobs.get()
            if job is None:
                break
            job()


class Forwarder(threading.Thread):
    """Class: a green thread, which ends with the thread that obeys."""

    def __init__(self, pool) -> None:
        super().__init__()
        self.pool = pool
        self.stopping = threading.Event()
        self.servers: list[socket.socket] = []

    def stop(self) -> None:
        self.stopping.set()

    def clean_for_ever(self) -> None:
        while True:  # expect: unstoppable-loop/strict
            self.servers = [server for server in self.servers if server.fileno() >= 0]
            time.sleep(60)

    def run(self) -> None:
        self.pool.spawn(self.clean_for_ever)
        while not self.stopping.is_set():
            time.sleep(0.1)


class Watcher:
    """The stop signal of each thread that it starts is no signal for the object itself."""

    def __init__(self) -> None:
        self.threads: dict[str, tuple[threading.Thread, threading.Event]] = {}

    def run(self) -> None:
        while True:
            time.sleep(1)

    def watch(self, path: str) -> None:
        stop_event = threading.Event()
        thread = threading.Thread(target=self._tail, args=(path, stop_event), daemon=True)
        self.threads[path] = (thread, stop_event)
        thread.start()

    def forget(self, path: str) -> None:
        _, stop_event = self.threads.pop(path)
        stop_event.set()

    def _tail(self, path: str, stop_event: threading.Event) -> None:
        while not stop_event.is_set():
            print(path)
            time.sleep(1)


class Keys:
    """What the loop itself asks for keys is a generator, and ends when it is not enabled for a while."""

    def __init__(self, screen) -> None:
        self.screen = screen
        self.enabled = threading.Event()

    def close(self) -> None:
        self.enabled.clear()

    def get_keys(self):
        self.enabled.wait()
        while self.enabled.is_set():
            yield self.screen.getch()

    def run(self) -> None:
        while True:  # expect: unstoppable-loop/strict
            for key in self.get_keys():
                self.screen.addch(key)


class Greenlets:
    """Class: whoever stops the worker kills its greenlets, which ask for no signal."""

    def __init__(self) -> None:
        self.running = True
        self.greenlets: dict = {}

    def start(self) -> None:
        self.greenlets["report"] = gevent.spawn(self.report)

    def stop(self) -> None:
        self.running = False
        for name in self.greenlets:
            self.greenlets[name].kill(block=True)

    def work(self) -> None:
        while self.running:
            time.sleep(0.1)

    def report(self) -> None:
        while True:
            print(len(self.greenlets))
            time.sleep(10)

    def report_unseen(self) -> None:
        while True:  # expect: unstoppable-loop
            print(len(self.greenlets))
            time.sleep(10)
