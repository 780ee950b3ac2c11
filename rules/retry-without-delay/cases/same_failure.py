# A failure that is kept: it comes again at once, since nothing has changed.
import asyncio


class TooLong(Exception):
    pass


class Frames:
    def __init__(self, reader: asyncio.StreamReader):
        self.reader = reader
        self.data = bytearray()

    async def frame(self):
        if len(self.data) > 4096:
            raise TooLong
        data = await self.reader.read(4096)
        if not data:
            raise EOFError
        self.data += data
        return data


async def asks_again(frames: Frames):
    while True:
        try:
            frame = await frames.frame()
        except TooLong:  # expect: retry-without-delay
            print("too long")
            continue
        print(frame)


async def leaves(frames: Frames):
    while True:
        try:
            frame = await frames.frame()
        except TooLong:
            return
        print(frame)
