"""A receiver of a task's signal, connected with `retry=True`, fails whenever it is called, as with a database that is gone."""

from celery import Celery
from celery.signals import task_prerun

import proof

app = Celery("app", broker="memory://")
app.conf.task_always_eager = True


@task_prerun.connect(retry=True)
def note_start(**_):
    proof.went_round()
    if proof.misbehaves():
        raise ConnectionError("the database is gone")


@app.task
def work():
    return "done"


proof.ready()
print(work.delay().get())
