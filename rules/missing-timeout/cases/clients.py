"""Clients whose constructor, or whose call, has to be told how long: what their library does otherwise."""

import aiomysql
import amqp
import can
import fabric
import mysql.connector
import oracledb
import pymssql
from cassandra.cluster import Cluster
from celery import Celery
from celery.result import AsyncResult
from confluent_kafka import Consumer, Producer
from elasticsearch import Elasticsearch
from invoke import run
from netmiko import ConnectHandler
from pymemcache import Client
from tornado.httpclient import AsyncHTTPClient

app = Celery("jobs")


def warm_up(keys: list[str]) -> None:
    cache = Client(("cache", 11211))
    for key in keys:
        cache.get(key)  # expect: missing-timeout


def warm_up_in_time(keys: list[str]) -> None:
    cache = Client(("cache", 11211), connect_timeout=1, timeout=1)
    for key in keys:
        cache.get(key)


def collect(names: list[str]) -> list:
    return [app.send_task(name) for name in names]


def gather(ids: list[str]) -> list:
    results = []
    for task in ids:
        results.append(AsyncResult(task).get())  # expect: missing-timeout
    return results


def gather_in_time(ids: list[str]) -> list:
    results = []
    for task in ids:
        results.append(AsyncResult(task).get(timeout=30))
    return results


def send(name: str):
    return app.send_task(name).get()  # expect: missing-timeout/audit


def connect(host: str) -> amqp.Connection:
    connection = amqp.Connection(host)
    connection.connect()  # expect: missing-timeout
    return connection


def connect_in_time(host: str) -> amqp.Connection:
    connection = amqp.Connection(host, connect_timeout=5)
    connection.connect()
    return connection


def next_event(connection: amqp.Connection) -> None:
    connection.drain_events()  # expect: missing-timeout/audit


def next_event_in_time(connection: amqp.Connection) -> None:
    connection.drain_events(timeout=5)


async def connect_database(host: str):
    return await aiomysql.connect(host=host)  # expect: missing-timeout/strict


async def connect_database_in_time(host: str):
    return await aiomysql.connect(host=host, connect_timeout=5)


def connect_others(host: str) -> list:
    session = Cluster([host]).connect()
    session.execute("select now()")
    search = Elasticsearch(host)
    search.info()
    router = ConnectHandler(host=host)
    router.send_command("show version")
    return [mysql.connector.connect(host=host), pymssql.connect(host), oracledb.connect(host=host)]


async def fetch(urls: list[str]) -> None:
    client = AsyncHTTPClient()
    for url in urls:
        await client.fetch(url)


def restart(hosts: list[str]) -> None:
    for host in hosts:
        fabric.Connection(host).run("systemctl restart app")  # expect: missing-timeout


def restart_in_time(hosts: list[str]) -> None:
    for host in hosts:
        fabric.Connection(host, connect_timeout=5).run("systemctl restart app", timeout=60)


def connect_shell(host: str) -> fabric.Connection:
    shell = fabric.Connection(host)
    shell.open()  # expect: missing-timeout
    return shell


def connect_shell_in_time(host: str) -> fabric.Connection:
    shell = fabric.Connection(host, connect_timeout=5)
    shell.open()
    return shell


def build() -> None:
    run("make")  # expect: missing-timeout/audit


def listen(bus: can.BusABC):
    return bus.recv()  # expect: missing-timeout/audit


def listen_a_second(bus: can.BusABC):
    return bus.recv(1.0)


def take() -> None:
    consumer = Consumer({"group.id": "a"})
    consumer.poll()  # expect: missing-timeout/audit
    consumer.poll(1.0)
    consumer.consume(10)  # expect: missing-timeout/audit
    consumer.consume(10, 1.0)


def finish(producer: Producer) -> None:
    producer.flush()  # expect: missing-timeout/audit
    producer.flush(10)
    producer.poll(0)
