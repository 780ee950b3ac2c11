"""Pages that are asked for by their number."""

import itertools
import time

import requests


def count_up(url: str) -> list[str]:
    found: list[str] = []
    page = 1
    while True:  # expect: pagination-without-limit
        answer = requests.get(f"{url}?page={page}", timeout=5).json()
        found += answer["names"]
        page += 1


def count_with_iterator(url: str) -> list[str]:
    found: list[str] = []
    for page in itertools.count(1):  # expect: pagination-without-limit
        answer = requests.get(url, params={"page": page}, timeout=5).json()
        found.extend(answer["names"])


def give(url: str):
    for page in itertools.count(1):  # expect: pagination-without-limit/strict
        answer = requests.get(url, params={"page": page}, timeout=5).json()
        yield from answer["names"]


def until_empty(url: str) -> list[str]:
    found: list[str] = []
    for page in itertools.count(1):
        names = requests.get(url, params={"page": page}, timeout=5).json()["names"]
        if not names:
            return found
        found.extend(names)


def until_missing(url: str) -> list[str]:
    found: list[str] = []
    try:
        for page in itertools.count(1):
            answer = requests.get(url, params={"page": page}, timeout=5)
            answer.raise_for_status()
            found.extend(answer.json()["names"])
    except requests.HTTPError:
        pass
    return found


def give_until_empty(url: str):
    page = 1
    while True:
        names = requests.get(url, params={"page": page}, timeout=5).json()["names"]
        if not names:
            return
        yield from names
        page += 1


def beat(url: str) -> None:
    beats = 0
    while True:
        requests.post(url, json={"beat": beats}, timeout=5)
        beats += 1
        time.sleep(10)


def watch(url: str) -> None:
    """Goes on on purpose, and puts nothing aside."""
    round_number = 0
    while True:
        answer = requests.get(url, params={"round": round_number}, timeout=5)
        print(answer.status_code)
        round_number += 1
