"""A `break` or `return` somewhere in the body does not always leave the loop."""

tasks: list = []
done: list = []


def break_of_the_inner_loop() -> None:
    # Class: a dispatcher that goes round at full speed while it has no work.
    while True:  # expect: endless-loop
        for task in tasks:
            if task in done:
                break
            done.append(task)


def break_of_both_loops() -> None:
    while True:
        for task in tasks:
            if task in done:
                break
            done.append(task)
        else:
            break


def return_of_a_nested_function() -> None:
    while True:  # expect: endless-loop

        def newest():
            return tasks[-1] if tasks else None

        done.append(newest)


def return_of_a_lambda_key() -> None:
    while True:  # expect: endless-loop
        tasks.sort(key=lambda task: task in done)


def return_itself() -> object:
    while True:
        tasks.sort(key=str)
        if tasks:
            return tasks[0]
        tasks.append("idle")


def break_behind_continue(limit: int) -> None:
    count = 0
    while True:  # expect: endless-loop
        count += 1
        if count < limit:
            continue
        else:
            count = 0
            continue
        break


def break_before_continue(limit: int) -> None:
    count = 0
    while True:
        count += 1
        if count < limit:
            continue
        break


def inner_loop_without_exit() -> None:
    # Only the inner loop is reported: the outer one is never reached again.
    while True:
        done.clear()
        while True:  # expect: endless-loop
            done.extend(tasks)


def inner_loop_with_exit() -> None:
    while True:  # expect: endless-loop
        done.clear()
        while True:
            done.extend(tasks)
            if len(done) > 10:
                break
