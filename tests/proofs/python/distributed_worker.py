"""A worker is to join a scheduler that is not there, and may take a second for connecting."""

import asyncio
import logging

import dask
from distributed import Scheduler, Worker

import proof

dask.config.set({"distributed.comm.timeouts.connect": "1s"})


class Count(logging.Handler):
    """Counts how often the worker says that it goes on waiting."""

    def emit(self, record):
        if "Waiting to connect" in record.msg:
            proof.went_round()


async def main():
    async with Scheduler(dashboard_address=None, port=0) as scheduler:
        address = scheduler.address
        if proof.misbehaves():
            await scheduler.close()
        proof.ready()
        async with Worker(address, nthreads=1, dashboard=False) as worker:
            print(worker.status)


logging.getLogger("distributed.worker").addHandler(Count())
asyncio.run(main())
