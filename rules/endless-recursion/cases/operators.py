"""Operators call the method around them."""


class Version:
    def __init__(self, parts) -> None:
        self.parts = parts

    def __eq__(self, other) -> bool:
        if not isinstance(other, Version):
            return NotImplemented
        return self == other  # expect: endless-recursion


class Release:
    def __init__(self, parts) -> None:
        self.parts = parts

    def __eq__(self, other) -> bool:
        return self.parts == other.parts

    def __ne__(self, other) -> bool:
        return not self == other


class Draft(Release):
    def __eq__(self, other) -> bool:
        return self is other or super().__eq__(other)
