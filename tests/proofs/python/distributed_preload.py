"""A worker loads its preload module from a web server that takes the connection and says nothing."""

import asyncio

from distributed import Scheduler

import proof


async def main(url):
    proof.ready()
    async with Scheduler(dashboard_address=None, port=0, preload=[url]) as scheduler:
        print(scheduler.status)


if proof.misbehaves():
    port = proof.listen(proof.silent)
else:
    port = proof.http(lambda request, body: (200, "text/x-python", b"name = 'preload'\n"))
asyncio.run(main(f"http://127.0.0.1:{port}/preload.py"))
