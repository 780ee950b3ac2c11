"""Ways round that take a step, or that nobody goes while a field is not set: not for the recommended group."""


async def trimmed(read) -> bytes:
    value = await read()
    while value.endswith((b"\xff", b"\x00")):
        value = value.rstrip(b"\xff").rstrip(b"\x00")
    return value


class Cache:
    def __init__(self, connection) -> None:
        self.connection = connection

    async def consume(self, invalidate) -> None:
        while True:  # expect: loop-without-await/strict
            if self.connection:
                async for message in self.connection.messages():
                    invalidate(message)
