"""Workers of a remote queue whose one handler swallows whatever goes wrong.

The shape of a task queue on Redis: when the server was down, each worker logged the same failure as fast as it could.
"""

import json
import logging
import threading
import time

import redis

logger = logging.getLogger(__name__)

MAX_ERRORS = 10


class Worker:
    def __init__(self, url: str) -> None:
        self.client = redis.Redis.from_url(url, socket_timeout=30)
        self.stopped = threading.Event()
        self.last_error: Exception | None = None

    def close(self) -> None:
        self.stopped.set()

    def run(self) -> None:
        while True:
            try:
                item = self.client.blpop("jobs", timeout=5)
                if item is None:
                    continue
                self.process(json.loads(item[1]))
            except Exception:  # expect: error-without-limit/strict
                logger.exception("worker failed")

    def run_until_stopped(self) -> None:
        """The stop signal does not count the failures."""
        while not self.stopped.is_set():
            try:
                item = self.client.blpop("jobs", timeout=5)
                if item is not None:
                    self.process(json.loads(item[1]))
            except Exception as error:  # expect: error-without-limit/strict
                logger.error("worker failed: %s", error)
                continue

    def run_bare(self) -> None:
        while not self.stopped.is_set():
            try:
                item = self.client.blpop("jobs", timeout=5)
                if item is not None:
                    self.process(json.loads(item[1]))
            except:  # expect: error-without-limit/strict
                pass

    def run_with_pause(self) -> None:
        """No full core, but still a worker that fails for ever and looks alive."""
        while True:
            try:
                item = self.client.blpop("jobs", timeout=5)
                if item is not None:
                    self.process(json.loads(item[1]))
            except Exception:  # expect: error-without-limit/strict
                logger.exception("worker failed")
                time.sleep(5)

    def run_with_limit(self) -> None:
        errors = 0
        while not self.stopped.is_set():
            try:
                item = self.client.blpop("jobs", timeout=5)
                if item is not None:
                    self.process(json.loads(item[1]))
                errors = 0
            except Exception:
                errors += 1
                if errors >= MAX_ERRORS:
                    raise
                logger.exception("worker failed, %d in a row", errors)

    def run_with_two_handlers(self) -> None:
        """The connection has a handler of its own that leaves; the rest is about one job."""
        while not self.stopped.is_set():
            try:
                item = self.client.blpop("jobs", timeout=5)
            except redis.RedisError:
                logger.exception("lost the server")
                break
            if item is None:
                continue
            try:
                self.process(json.loads(item[1]))
            except Exception:
                logger.exception("job failed")

    def run_and_leave(self) -> None:
        while not self.stopped.is_set():
            try:
                item = self.client.blpop("jobs", timeout=5)
                if item is not None:
                    self.process(json.loads(item[1]))
            except Exception as error:
                self.last_error = error
                self.stopped.set()

    def process(self, job: dict) -> None:
        logger.info("%s", job)
