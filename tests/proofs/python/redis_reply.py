"""A command is sent to a server that answers with lists in lists in lists: `redis_reply.py MODE PROTOCOL sync|async`."""

import asyncio
import sys

import redis
import redis.asyncio

import proof

DEPTH = 3000
protocol = int(sys.argv[2])


def serve(connection):
    depth = DEPTH if proof.misbehaves() else 3
    while data := connection.recv(65536):
        for command in data.split(b"*")[1:]:
            if b"HELLO" in command:
                connection.sendall(b"%1\r\n+proto\r\n:3\r\n")
            elif b"GET" in command:
                connection.sendall(b"*1\r\n" * depth + b":1\r\n")
            else:
                connection.sendall(b"+OK\r\n")


def ask(port):
    with redis.Redis(port=port, protocol=protocol, socket_timeout=2) as client:
        print(client.get("key"))


async def ask_async(port):
    async with redis.asyncio.Redis(port=port, protocol=protocol, socket_timeout=2) as client:
        print(await client.get("key"))


port = proof.listen(serve)
proof.ready()
try:
    ask(port) if sys.argv[3] == "sync" else asyncio.run(ask_async(port))
except redis.RedisError as error:
    print("the error that the library documents:", repr(error))
