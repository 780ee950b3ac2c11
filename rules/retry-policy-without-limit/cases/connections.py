"""Connections of message brokers that are made again by the library."""

import kombu


def connect(url: str) -> kombu.Connection:
    connection = kombu.Connection(url)
    connection.ensure_connection()  # expect: retry-policy-without-limit
    return connection


def connect_three_times(url: str) -> kombu.Connection:
    connection = kombu.Connection(url)
    connection.ensure_connection(max_retries=3)
    return connection


def other(database) -> None:
    # Some other library's connection.
    database.connection.ensure_connection()
