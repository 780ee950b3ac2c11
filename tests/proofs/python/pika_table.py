"""A connection is opened to a broker whose properties are lists in lists in lists."""

import struct

import pika
from pika import frame, spec

import proof

DEPTH = 3000


def nested(depth):
    """A field array of one field array of one field array, encoded."""
    value = b""
    for _ in range(depth):
        value = b"A" + struct.pack(">I", len(value)) + value
    return value


def table(depth):
    """A table with one field, encoded."""
    field = b"\x01x" + nested(depth)
    return struct.pack(">I", len(field)) + field


def serve(connection):
    def send(channel, method):
        connection.sendall(frame.Method(channel, method).marshal())

    connection.recv(8)
    text = b"PLAIN"
    start = struct.pack(">HHBB", 10, 10, 0, 9) + table(DEPTH if proof.misbehaves() else 3)
    start += struct.pack(">I", len(text)) + text + struct.pack(">I", 5) + b"en_US"
    connection.sendall(struct.pack(">BHI", 1, 0, len(start)) + start + b"\xce")
    data = b""
    while more := connection.recv(65536):
        data += more
        while True:
            used, one = frame.decode_frame(data)
            if one is None:
                break
            data = data[used:]
            answer = {
                spec.Connection.StartOk: spec.Connection.Tune(0, 131072, 0),
                spec.Connection.Open: spec.Connection.OpenOk(),
                spec.Connection.Close: spec.Connection.CloseOk(),
            }.get(type(getattr(one, "method", None)))
            if answer is not None:
                send(0, answer)


port = proof.listen(serve)
proof.ready()
try:
    pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", port, heartbeat=0)).close()
except pika.exceptions.AMQPError as error:
    print("the error that the library documents:", repr(error))
