"""Services that ask another machine for work, round after round."""

import logging
import time

import requests

logger = logging.getLogger(__name__)


class Agent:
    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()

    def run(self) -> None:
        """The server answers after up to a minute when it has no work, so the loop needs no pause; until it is down."""
        while True:
            try:
                job = self.session.get(f"{self.url}/next", timeout=90).json()
                result = self.execute(job)
                self.session.post(f"{self.url}/done", json=result, timeout=10)
            except Exception:  # expect: error-without-limit/strict
                logger.exception("round failed")

    def run_with_result(self) -> None:
        """The pause stands where only success gets."""
        while True:
            try:
                job = self.session.get(f"{self.url}/next", timeout=90).json()
                self.session.post(f"{self.url}/done", json=self.execute(job), timeout=10)
            except Exception:  # expect: error-without-limit/strict
                continue
            time.sleep(1)

    def run_with_pause_in_handler(self) -> None:
        while True:
            try:
                job = self.session.get(f"{self.url}/next", timeout=90).json()
                self.session.post(f"{self.url}/done", json=self.execute(job), timeout=10)
            except Exception:  # expect: error-without-limit/strict
                logger.exception("round failed")
                time.sleep(10)

    def run_with_pause_for_all(self) -> None:
        while True:
            try:
                job = self.session.get(f"{self.url}/next", timeout=90).json()
                self.session.post(f"{self.url}/done", json=self.execute(job), timeout=10)
            except Exception:  # expect: error-without-limit/strict
                logger.exception("round failed")
            time.sleep(1)

    def run_for_a_while(self, hours: float) -> None:
        deadline = time.monotonic() + hours * 3600
        while time.monotonic() < deadline:
            try:
                job = self.session.get(f"{self.url}/next", timeout=90).json()
                self.session.post(f"{self.url}/done", json=self.execute(job), timeout=10)
            except Exception:
                logger.exception("round failed")

    def run_guarded(self) -> None:
        """Whatever goes wrong ends the service; its supervisor starts it again."""
        try:
            while True:
                job = self.session.get(f"{self.url}/next", timeout=90).json()
                self.session.post(f"{self.url}/done", json=self.execute(job), timeout=10)
        except Exception:
            logger.exception("stopped")
            raise

    def execute(self, job: dict) -> dict:
        return {"id": job["id"]}
