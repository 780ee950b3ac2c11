"""A database's object that was used after its connection went is made anew: the failures of connecting come elsewhere."""

import logging
import time

import psycopg

log = logging.getLogger(__name__)


def listen(dsn: str) -> None:
    while True:
        try:
            with psycopg.connect(dsn) as connection:
                for note in connection.notifies():
                    log.info("%s", note.payload)
        except psycopg.InterfaceError:
            log.warning("the connection has gone stale")
        except psycopg.OperationalError:
            log.exception("no database")
            time.sleep(5)


def listen_at_once(dsn: str) -> None:
    while True:
        try:
            with psycopg.connect(dsn) as connection:
                for note in connection.notifies():
                    log.info("%s", note.payload)
        except psycopg.InterfaceError:
            log.warning("the connection has gone stale")
        except psycopg.OperationalError:  # expect: retry-without-delay
            log.exception("no database")
