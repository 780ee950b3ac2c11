"""A private key is read whose DER is a tagged value in a tagged value in a tagged value."""

import asyncssh

import proof

DEPTH = 3000


def nested(depth):
    """An explicitly tagged value that holds one that holds one."""
    value = b"\x05\x00"
    for _ in range(depth):
        size = len(value)
        length = bytes([size]) if size < 0x80 else bytes([0x84]) + size.to_bytes(4, "big")
        value = b"\xa0" + length + value
    return value


proof.ready()
try:
    # A key is read as DER when it begins like a sequence.
    inner = nested(DEPTH if proof.misbehaves() else 3)
    asyncssh.import_private_key(b"\x30\x84" + len(inner).to_bytes(4, "big") + inner)
except asyncssh.KeyImportError as error:
    print("the error that the library documents:", error)
