"""Functions that are named for spinning: under the global lock that slows down what they wait for."""


class Barrier:
    def __init__(self) -> None:
        self.waiting = 0

    def arrive(self) -> None:
        self.waiting += 1

    def spin_until_full(self, parties: int) -> None:
        while self.waiting < parties:  # expect: busy-wait
            pass

    def wait_until_full(self, parties: int) -> None:
        while self.waiting < parties:  # expect: busy-wait
            pass
