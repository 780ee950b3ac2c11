"""Names that nobody binds, and items of what is measured."""

LIMIT = 5
hosts = {}
stopped = False


class Host:
    def __init__(self) -> None:
        self.keys = []


while unbound:
    ...

while unbound and other:
    pass

while lambda x: x:
    ...


def trim(name: str) -> None:
    while len(hosts[name].keys) > LIMIT:
        del hosts[name].keys[0]


def trim_another(name: str, other: str) -> None:
    while len(hosts[name].keys) > LIMIT:  # expect: busy-wait
        len(hosts[other].keys)


def send(queue, flags: int) -> None:
    while True:  # expect: busy-wait
        if len(queue.items) < queue.maximum:
            break
        if flags & NO_WAIT:
            return
    queue.items.append(flags)


def wait() -> None:
    while not stopped:  # expect: busy-wait
        pass
