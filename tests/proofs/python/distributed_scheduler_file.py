"""A client is told to start within a second, from a scheduler file that nobody writes."""

import pathlib
import tempfile

from distributed import Client, LocalCluster

import proof

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "scheduler.json")
        cluster = None
        if not proof.misbehaves():
            cluster = LocalCluster(n_workers=0, dashboard_address=None)
            cluster.scheduler.identity()
            path.write_text('{"address": "%s"}' % cluster.scheduler_address)
        proof.ready()
        with Client(scheduler_file=str(path), timeout="1s") as client:
            print(client.status)
        if cluster is not None:
            cluster.close()
