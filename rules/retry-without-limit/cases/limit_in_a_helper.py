"""The failing way round asks an object or a function; what that does decides."""

import logging
import time

import redis
from shared.backoff import Backoff

logger = logging.getLogger(__name__)


class GiveUp(Exception):
    """All attempts are used up."""


class Attempts:
    def __init__(self, maximum: int) -> None:
        self.maximum = maximum
        self.made = 0

    def failed(self, error: Exception) -> None:
        """Count, wait, and raise when there have been enough."""
        self.made += 1
        if self.made >= self.maximum:
            raise GiveUp from error
        time.sleep(min(2**self.made, 30))

    def left(self) -> bool:
        return self.made < self.maximum


class Broker:
    def __init__(self, url: str) -> None:
        self.client = redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5)
        self.attempts = Attempts(8)
        self.backoff = Backoff()

    def connect_with_raising_helper(self) -> None:
        while True:
            try:
                self.client.ping()
                return
            except redis.ConnectionError as error:
                self.attempts.failed(error)

    def connect_with_question(self) -> bool:
        while self.attempts.left():
            try:
                self.client.ping()
                return True
            except redis.ConnectionError:
                self.attempts.made += 1
                time.sleep(1)
        return False

    def connect_with_pause_helper(self) -> None:
        """The helper only waits."""
        while True:
            try:
                self.client.ping()
                return
            except redis.ConnectionError as error:  # expect: retry-without-limit/strict
                self.pause(error)

    def pause(self, error: Exception) -> None:
        logger.warning("%s", error)
        time.sleep(3)

    def connect_with_unknown_backoff(self) -> None:
        """What `next` does when the attempts are used up is out of sight: silent."""
        while True:
            try:
                self.client.ping()
                return
            except redis.ConnectionError as error:
                delay = self.backoff.next(error)
                if delay is Backoff.STOP:
                    raise
                time.sleep(delay)

    def connect_with_reraising_helper(self) -> None:
        """The helper never returns normally, so there is no way round."""
        while True:
            try:
                self.client.ping()
                return
            except redis.ConnectionError as error:
                self.translate(error)

    def translate(self, error: Exception) -> None:
        raise GiveUp("the broker is gone") from error
