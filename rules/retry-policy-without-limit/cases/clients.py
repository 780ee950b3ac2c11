"""Policies that clients are given: what makes them endless is written out."""

import polling2
import redis
from celery import Celery, shared_task
from google.api_core.retry import Retry as CallRetry
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

app = Celery("jobs")


def patient() -> redis.Redis:
    return redis.Redis(retry=Retry(ExponentialBackoff(), -1))  # expect: retry-policy-without-limit


def measured() -> redis.Redis:
    return redis.Redis(retry=Retry(ExponentialBackoff(), retries=5))


def fetch(client, name: str):
    return client.get(name, retry=CallRetry(timeout=None))  # expect: retry-policy-without-limit/strict


def fetch_in_time(client, name: str):
    return client.get(name, retry=CallRetry(timeout=300))


def fetch_by_default(client, name: str):
    return client.get(name, retry=CallRetry(initial=0.5))


@app.task(autoretry_for=(OSError,), max_retries=None)  # expect: retry-policy-without-limit/strict
def deliver(order: int) -> None: ...


@shared_task(autoretry_for=(OSError,), max_retries=None)  # expect: retry-policy-without-limit/strict
def deliver_shared(order: int) -> None: ...


@app.task(autoretry_for=(OSError,), retry_backoff=True)
def deliver_three_times(order: int) -> None: ...


@shared_task(autoretry_for=(OSError,), max_retries=8)
def deliver_eight_times(order: int) -> None: ...


def wait_for_job(job) -> None:
    polling2.poll(lambda: job.done(), step=1, poll_forever=True)  # expect: retry-policy-without-limit


def wait_a_minute(job) -> None:
    polling2.poll(lambda: job.done(), step=1, timeout=60)
