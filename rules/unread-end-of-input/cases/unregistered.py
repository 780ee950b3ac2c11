"""The poll tells the end, and what has ended is taken off what the loop waits for."""


def watch(files, poller):
    active = set(files)
    while active:
        for event in poller.poll(1000):
            if event.readable:
                print(files[event.number].readline())
            if event.hung_up:
                poller.unregister(event.number)
                active.remove(event.number)


def watch_for_ever(files, poller, seen):
    active = set(files)
    while active:  # expect: unread-end-of-input
        for event in poller.poll(1000):
            if event.readable:
                print(files[event.number].readline())
            if event.hung_up:
                seen.add(event.number)
