"""Workers that look at their stop event between two jobs and wait for a job without a timeout."""

import queue
import threading


class Worker:
    """`stop()` returns, and `join()` waits for the next job, which may never come."""

    def __init__(self) -> None:
        self._jobs: queue.Queue = queue.Queue()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def submit(self, job) -> None:
        self._jobs.put(job)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():  # expect: stop-check-behind-endless-wait/strict
            job = self._jobs.get()
            job()


class PollingWorker:
    def __init__(self) -> None:
        self._jobs: queue.Queue = queue.Queue()
        self._stop = threading.Event()

    def stop(self) -> None:
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                job = self._jobs.get(timeout=0.5)
            except queue.Empty:
                continue
            job()


class WokenWorker:
    """The code that sets the event also puts something on the queue."""

    def __init__(self) -> None:
        self._jobs: queue.Queue = queue.Queue()
        self._stop = threading.Event()

    def stop(self) -> None:
        self._stop.set()
        self._jobs.put(None)

    def _run(self) -> None:
        while not self._stop.is_set():
            job = self._jobs.get()
            if job is not None:
                job()


class FlagWorker:
    """The same with a plain attribute, and with the wait in a helper."""

    def __init__(self) -> None:
        self._jobs: queue.Queue = queue.Queue()
        self.running = True

    def stop(self) -> None:
        self.running = False

    def _next_job(self):
        return self._jobs.get()

    def _next_job_or_none(self):
        try:
            return self._jobs.get(timeout=1)
        except queue.Empty:
            return None

    def run(self) -> None:
        while self.running:  # expect: stop-check-behind-endless-wait/strict
            job = self._jobs.get(block=True)
            job()

    def run_with_inner_test(self) -> None:
        while True:  # expect: stop-check-behind-endless-wait/strict
            if not self.running:
                break
            job = self._jobs.get()
            job()

    def run_by_helper(self) -> None:
        while self.running:  # fixme: expect: stop-check-behind-endless-wait/strict
            job = self._next_job()
            job()

    def run_by_patient_helper(self) -> None:
        while self.running:
            job = self._next_job_or_none()
            if job is not None:
                job()

    def run_without_waiting(self) -> None:
        while self.running:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return
            job()
