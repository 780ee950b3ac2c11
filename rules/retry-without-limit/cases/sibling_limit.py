"""One handler of the loop compares the number of attempts, another one does not."""

import logging
import time
import urllib.error
import urllib.request
from http.client import RemoteDisconnected

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5


class Mirror:
    def __init__(self, url: str) -> None:
        self.url = url
        self.attempts = 0

    def fetch(self) -> bytes:
        attempts = 0
        while True:
            try:
                with urllib.request.urlopen(self.url, timeout=10) as response:
                    return response.read()
            except RemoteDisconnected:  # expect: retry-without-limit
                logger.info("the server hung up, trying again")
                time.sleep(1)
            except urllib.error.URLError:
                attempts += 1
                if attempts >= MAX_ATTEMPTS:
                    raise
                time.sleep(1)

    def fetch_counting_everywhere(self) -> bytes:
        attempts = 0
        while True:
            try:
                with urllib.request.urlopen(self.url, timeout=10) as response:
                    return response.read()
            except (RemoteDisconnected, urllib.error.URLError):
                attempts += 1
                if attempts >= MAX_ATTEMPTS:
                    raise
                time.sleep(1)

    def fetch_counting_at_the_end(self) -> bytes:
        """Whichever handler ran, the test below sees it."""
        attempts = 0
        while True:
            try:
                with urllib.request.urlopen(self.url, timeout=10) as response:
                    return response.read()
            except RemoteDisconnected:
                logger.info("the server hung up, trying again")
            except urllib.error.URLError as error:
                logger.info("%s, trying again", error)
            attempts += 1
            if attempts >= MAX_ATTEMPTS:
                raise ConnectionError(self.url)
            time.sleep(1)

    def fetch_counting_in_field(self) -> bytes:
        while self.attempts < MAX_ATTEMPTS:
            try:
                with urllib.request.urlopen(self.url, timeout=10) as response:
                    return response.read()
            except urllib.error.URLError:
                time.sleep(1)
            finally:
                self.attempts += 1
        return b""
