"""Loops that look like polls and do the work themselves: all accepted."""

import collections
import select
import socket


class Lexer:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def at_end(self) -> bool:
        return self.position >= len(self.text)

    def advance(self) -> None:
        self.position += 1

    def skip(self) -> None:
        while not self.at_end():
            self.advance()


class Simulation:
    def __init__(self) -> None:
        self.finished = False
        self.steps = 0

    def step(self) -> None:
        self.steps += 1
        self.finished = self.steps > 100

    def run(self) -> None:
        while not self.finished:
            self.step()


def drain(queue: collections.deque) -> int:
    count = 0
    while queue:
        queue.popleft()
        count += 1
    return count


def wait_for_data(sock: socket.socket) -> None:
    while not select.select([sock], [], [], 1.0)[0]:
        pass


def converge(value: float) -> float:
    done = False
    while not done:
        following = (value + 2 / value) / 2
        done = abs(following - value) < 1e-9
        value = following
    return value


def until_device_answers(device) -> None:
    # An unresolved call may well wait.
    while not device.ready():
        pass


def turns(game):
    # The consumer of a generator runs between two looks.
    while not game.over:
        yield game


class Chord:
    """Class: the test reads fields of what the loop steps under another name."""

    def is_too_high(self, pitches: list) -> bool:
        return any(pitch.octave > 4 for pitch in pitches)

    def has_high(self, pitches: list) -> bool:
        for pitch in pitches:
            if pitch.octave > 4:
                return True
        return False

    def lower(self, pitches: list) -> None:
        while self.has_high(pitches):
            for pitch in pitches:
                pitch.octave -= 1

    def move(self, chord, octave: int) -> None:
        bass = chord.bass()
        while bass.octave != octave:
            for pitch in chord.pitches:
                pitch.octave += 1
