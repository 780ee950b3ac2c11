"""Every spelling of a test that is always true, around a body that only computes."""

from plant import step

FOREVER = True
counters = {"rounds": 0}


def advance() -> None:
    counters["rounds"] += 1


def unknown_step() -> None:
    while True:  # expect: endless-loop/strict
        step()


def resolved_step() -> None:
    while True:  # expect: endless-loop
        advance()


def one() -> None:
    while 1:  # expect: endless-loop
        advance()


def nothing() -> None:
    while True:  # expect: endless-loop
        pass


def double_negation() -> None:
    while not False:  # expect: endless-loop
        advance()


def named_constant() -> None:
    while FOREVER:  # expect: endless-loop
        advance()


def text() -> None:
    while "running":  # expect: endless-loop
        advance()


def sum_up(values: list[int]) -> int:
    total = 0
    while True:  # expect: endless-loop
        for value in values:
            total += value


def sum_up_once(values: list[int]) -> int:
    total = 0
    for value in values:
        total += value
    return total


def bounded() -> None:
    rounds = 0
    while True:
        advance()
        rounds += 1
        if rounds == 10:
            break


def variable(running: bool) -> None:
    # The test is not constant, so other rules look at this loop.
    while running:
        running = counters["rounds"] < 10
        advance()


def never_entered() -> None:
    while False:
        advance()


running = True
VERBOSE = True


def stop_running() -> None:
    global running
    running = False


def run_until_stopped() -> None:
    # Somebody else clears the flag.
    while running:
        counters["rounds"] += 1


def run_while_constant() -> None:
    while VERBOSE:  # expect: endless-loop
        counters["rounds"] += 1
