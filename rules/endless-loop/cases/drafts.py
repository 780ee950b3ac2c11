"""Functions that are not finished, and one that is."""


def shorten(words: list, width: int) -> list:
    # NOT USED, NOT FINISHED
    lines: list = []
    at = 0
    while True:
        word = words[at]
        if len(word) < width:
            lines.append(word)
        else:
            lines.append(word[:width])


def widen(words: list, width: int) -> list:
    # Finished lines go to the front.
    lines: list = []
    at = 0
    while True:  # expect: endless-loop
        word = words[at]
        if len(word) > width:
            lines.append(word)
        else:
            lines.append(word + " " * width)
