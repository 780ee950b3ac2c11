"""The innermost call fails before it calls again, or the name is another by then."""


def depth(tree: dict) -> int:
    try:
        return 1 + depth(next(iter(tree.values())))
    except AttributeError:
        return 0
    except StopIteration:
        return 1


class Consumer:
    def __init__(self, make) -> None:
        self.make = make

    def feed(self, line: str) -> None:
        generator = self.make()
        next(generator)
        self.feed = generator.send
        self.feed(line)
