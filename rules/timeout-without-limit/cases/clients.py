"""What clients raise when their time is over."""

import asyncio
import socket
import time

import amqp
from cassandra import OperationTimedOut
from cassandra.cluster import Cluster
from celery import Celery
from celery.exceptions import TimeoutError as TaskTimeout
from elasticsearch import ConnectionTimeout, Elasticsearch
from netmiko import ConnectHandler, ReadTimeout

app = Celery("jobs")


def wait_for(name: str):
    result = app.send_task(name)
    while True:
        try:
            return result.get(timeout=10)
        except TaskTimeout:  # expect: timeout-without-limit
            print("still waiting")


def wait_three_times(name: str):
    result = app.send_task(name)
    for _ in range(3):
        try:
            return result.get(timeout=10)
        except TaskTimeout:
            print("still waiting")
    raise TimeoutError(name)


def serve(connection: amqp.Connection) -> None:
    while True:
        try:
            connection.drain_events(timeout=30)
        except TimeoutError:  # expect: timeout-without-limit
            continue


def serve_with_heartbeat(connection: amqp.Connection) -> None:
    while True:
        try:
            connection.drain_events(timeout=30)
        except TimeoutError:
            connection.heartbeat_tick()


def find(host: str, text: str):
    client = Elasticsearch(host)
    while True:
        try:
            return client.search(q=text)
        except ConnectionTimeout:  # expect: timeout-without-limit
            continue


def look_up(host: str, key: str):
    session = Cluster([host]).connect()
    while True:
        try:
            return session.execute("select * from t where k = %s", [key])
        except OperationTimedOut:  # expect: timeout-without-limit
            continue


def ask_router(host: str) -> str:
    router = ConnectHandler(host=host)
    while True:
        try:
            return router.send_command("show version")
        except ReadTimeout:  # expect: timeout-without-limit
            continue


def consume(url: str, stopped) -> None:
    """The library looks after the peer."""
    with Connection(url, heartbeat=10) as connection:
        while connection.connected:
            try:
                connection.drain_events(timeout=30)
            except socket.timeout:
                pass


def consume_unwatched(url: str) -> None:
    with Connection(url) as connection:
        while connection.connected:
            try:
                connection.drain_events(timeout=30)
            except socket.timeout:  # expect: timeout-without-limit
                pass


async def query(node) -> list[bytes]:
    """The time is taken again in each round."""
    found = []
    now = time.monotonic()
    latest = now + 2.0
    while now < latest:
        try:
            answer = await asyncio.wait_for(node.reader.read(8), max(0.1, latest - now))
        except asyncio.TimeoutError:
            continue
        finally:
            now = time.monotonic()
        found.append(answer)
    return found


async def broadcast(reads: list, connections: dict) -> None:
    """The one that is gone is taken out of the table."""
    while True:
        done, _ = await asyncio.wait(reads, return_when=asyncio.FIRST_COMPLETED)
        for read in done:
            data = read.result()
            for key in list(connections):
                connection = connections[key]
                try:
                    connection.writer.write(data)
                    await asyncio.wait_for(connection.writer.drain(), timeout=10)
                except (ConnectionError, asyncio.TimeoutError):
                    connection.close()
                    connections.pop(key, None)
