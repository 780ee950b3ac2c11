"""`for` loops over attempts that never run out, and some that do."""

import itertools
import logging
import time
from collections.abc import Iterator

import requests

logger = logging.getLogger(__name__)


def intervals(start: float, step: float, maximum: float) -> Iterator[float]:
    """Delays that grow up to a maximum, for ever."""
    delay = start
    while True:
        yield min(delay, maximum)
        delay += step


def few_intervals(start: float, count: int) -> Iterator[float]:
    for power in range(count):
        yield start * 2**power


def fetch_with_count(url: str) -> bytes:
    for attempt in itertools.count(1):
        try:
            return requests.get(url, timeout=5).content
        except requests.ConnectionError:  # expect: retry-without-limit
            logger.info("attempt %d failed", attempt)
            time.sleep(2)
    return b""


def fetch_with_intervals(url: str) -> bytes:
    """Whether a generator of the project ends is not looked into: silent."""
    for delay in intervals(1.0, 1.0, 30.0):
        try:
            return requests.get(url, timeout=5).content
        except requests.RequestException as error:
            logger.info("%s, next try in %.0f s", error, delay)
            time.sleep(delay)
    return b""


def fetch_with_optional_limit(url: str, max_retries: int | None = None) -> bytes:
    """The limit is the caller's to set."""
    for retries, delay in enumerate(intervals(1.0, 1.0, 30.0)):
        try:
            return requests.get(url, timeout=5).content
        except requests.RequestException:
            if max_retries is not None and retries > max_retries:
                raise
            time.sleep(delay)
    return b""


def fetch_with_few_intervals(url: str) -> bytes:
    for delay in few_intervals(1.0, 6):
        try:
            return requests.get(url, timeout=5).content
        except requests.RequestException:
            time.sleep(delay)
    raise ConnectionError(url)


def fetch_with_slice(url: str) -> bytes:
    for delay in itertools.islice(intervals(1.0, 1.0, 30.0), 8):
        try:
            return requests.get(url, timeout=5).content
        except requests.RequestException:
            time.sleep(delay)
    raise ConnectionError(url)


def fetch_with_counted_exit(url: str) -> bytes:
    for attempt in itertools.count(1):
        try:
            return requests.get(url, timeout=5).content
        except requests.ConnectionError:
            if attempt >= 5:
                raise
            time.sleep(2)
    return b""
