"""Searches that end when something is good enough."""

import random


def is_prime(number: int) -> bool:
    return all(number % factor for factor in range(2, number))


def some_prime(bits: int) -> int:
    while True:  # expect: fixpoint-without-limit/audit
        number = random.getrandbits(bits) | 1
        if is_prime(number):
            return number


def some_prime_of_few(bits: int) -> int:
    tries = 0
    while True:
        number = random.getrandbits(bits) | 1
        if is_prime(number):
            return number
        tries += 1
        if tries > 1000:
            raise ValueError("no prime of so many bits")


def series(x: float) -> float:
    total = 0.0
    term = 1.0
    n = 0
    while term > 1e-16:  # expect: fixpoint-without-limit/audit
        total += term
        n += 1
        term = term * x / n
    return total


def settle(nodes: list[int], weights: dict[int, float]) -> None:
    moves = 1
    while moves > 0:  # expect: fixpoint-without-limit/audit
        moves = 0
        for node in nodes:
            if weights[node] > 0.5:
                weights[node] = 1 - weights[node]
                moves += 1


def settle_limited(nodes: list[int], weights: dict[int, float]) -> None:
    moves = 1
    rounds = 0
    while moves > 0 and rounds < 100:
        moves = 0
        rounds += 1
        for node in nodes:
            if weights[node] > 0.5:
                weights[node] = 1 - weights[node]
                moves += 1
