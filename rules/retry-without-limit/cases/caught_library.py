"""The failures that are caught around a call tell the library of a receiver of which nothing else is known."""

import logging
import time

import pika.exceptions
import redis

log = logging.getLogger(__name__)


def wait_for(store):
    while True:
        try:
            store.ping()
            return
        except redis.ConnectionError:  # expect: retry-without-limit/strict
            log.warning("the store is not there yet")


def wait_with_pauses(store):
    for _ in range(10):
        try:
            store.ping()
            return True
        except redis.ConnectionError:
            log.warning("the store is not there yet")
            time.sleep(1)
    return False


def read_settings(settings, store):
    while True:
        try:
            return settings.get("name"), store.ping()
        except KeyError:
            log.warning("no name")


def ask(table, words):
    while words:
        try:
            log.info("%s", table.get(words.pop()))
            table.update(words)
        except redis.ConnectionError:
            log.warning("lost")


class Publisher:
    def __init__(self, lines):
        self.lines = lines

    def publish(self, body):
        while True:
            try:
                self.lines.queue_declare("jobs")
                break
            except pika.exceptions.AMQPConnectionError:  # expect: retry-without-limit/strict
                log.warning("%s waits", body)
