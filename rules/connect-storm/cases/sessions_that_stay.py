import asyncio


class Agent:
    def __init__(self, host):
        self.host = host

    async def session(self):
        reader, writer = await asyncio.wait_for(asyncio.open_connection(self.host, 7000), timeout=5.0)
        while True:
            line = await asyncio.wait_for(reader.readline(), timeout=30.0)
            if not line:
                writer.close()
                return

    async def probe(self):
        reader, writer = await asyncio.wait_for(asyncio.open_connection(self.host, 7000), timeout=5.0)
        writer.close()

    async def sessions(self):
        while True:
            asyncio.ensure_future(self.session())  # expect: connect-storm
            await asyncio.sleep(0.1)

    async def probes(self):
        while True:
            asyncio.ensure_future(self.probe())
            await asyncio.sleep(10.0)

    async def one_at_a_time(self):
        while True:
            await self.session()
            await asyncio.sleep(1.0)
