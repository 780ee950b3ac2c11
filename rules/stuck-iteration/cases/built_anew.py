"""Names that are put together anew in every round, out of what stays as it is."""


def free_name(names: list[str], stem: str) -> str:
    number = 0
    while True:  # expect: stuck-iteration
        name = stem + "_%d" % number
        if name not in names:
            return name


def free_name_of_file(names: list[str], file) -> str:
    number = 0
    while True:  # expect: stuck-iteration
        name = f"{file.stem}_{number}"
        if name not in names:
            return name


def counted_name(names: list[str], stem: str) -> str:
    number = 0
    while True:
        name = stem + "_%d" % number
        if name not in names:
            return name
        number += 1


def drawn_name(names: list[str], stem: str, draw) -> str:
    while True:
        name = stem + "_%d" % draw()
        if name not in names:
            return name


def longer_name(names: list[str], stem: str) -> str:
    name = stem
    while True:
        name = name + "_"
        if name not in names:
            return name


def name_of_others(names: list[str], stem: str) -> str:
    while True:
        name = stem + "_0"
        if name not in names:
            return name
        names.remove(name)
