"""Names in a document that stand for other parts of it, trees that a parser has made, decoded documents.

A document can let names be a circle, and nest its parts as deep as it likes. All of it is in the strict group: the names
may be those of the program's own tables.
"""

from dataclasses import dataclass, field


@dataclass
class Spread:
    fragment_name: str


@dataclass
class Selection:
    fields: list[str]
    spreads: list[Spread]


class QueryContext:
    def __init__(self, fragments: dict[str, Selection]) -> None:
        self.fragments = fragments

    def get_fragment(self, name: str) -> Selection | None:
        return self.fragments.get(name)


def count_fields(context: QueryContext, fragment_name: str) -> int:
    """The shape of a validator of queries: two fragments that spread each other never end."""
    fragment = context.get_fragment(fragment_name)
    if fragment is None:
        return 0
    total = len(fragment.fields)
    for spread in fragment.spreads:
        total += count_fields(context, fragment.spreads[0].fragment_name) if spread else 0  # expect: recursion-on-input/strict
    return total


def count_fields_once(context: QueryContext, fragment_name: str, seen: set[str]) -> int:
    if fragment_name in seen:
        return 0
    seen.add(fragment_name)
    fragment = context.get_fragment(fragment_name)
    if fragment is None:
        return 0
    total = len(fragment.fields)
    for spread in fragment.spreads:
        total += count_fields_once(context, spread.fragment_name, seen)
    return total


class StyleSheet:
    """Variables of a style sheet that stand for variables."""

    def __init__(self, variables: dict[str, list[str]]) -> None:
        self.variables = variables

    def resolve_variable(self, variable: str) -> list[str]:
        found = []
        for value in self.variables.get(variable, []):
            found.extend(self.resolve_variable(value) or [value])  # expect: recursion-on-input/strict
        return found


def merge_into(target: dict, source: dict) -> dict:
    """The names are those of the tree itself, which ends: silent."""
    for name, value in source.items():
        if isinstance(value, dict) and name in target:
            merge_into(target[name], value)
        else:
            target[name] = value
    return target


@dataclass
class Cell:
    first: int
    value: int = 0


def total_of(cells: list[Cell], index: int) -> int:
    """A tree in a list, by index: silent."""
    cell = cells[index]
    return cell.value if cell.first < 0 else cell.value + total_of(cells, cell.first)


@dataclass
class Element:
    tag: str
    children: list["Element"] = field(default_factory=list)


class PageParser:
    def __init__(self, text: str) -> None:
        self.root = self.build(text)
        self.titles: list[str] = []

    def build(self, text: str) -> Element:
        root = Element("page")
        open_elements = [root]
        for line in text.splitlines():
            element = Element(line)
            open_elements[-1].children.append(element)
            open_elements.append(element)
        return root

    def collect_titles(self, element: Element) -> None:
        """What the parser has built without a call is walked with one."""
        if not element.tag:
            raise ValueError("an element without a name")
        if element.tag == "title":
            self.titles.append(element.tag)
        for child in element.children:
            self.collect_titles(child)  # expect: recursion-on-input/strict


def shown_lines(json_data, path: list[str]):
    """A decoded document, by the name of the parameter."""
    if isinstance(json_data, dict):
        for key, value in json_data.items():
            yield from shown_lines(value, [*path, key])  # expect: recursion-on-input/strict
    elif isinstance(json_data, list):
        for value in json_data:
            yield from shown_lines(value, path)
    else:
        yield f"{'.'.join(path)}: {json_data}"


class FolderLoader:
    """One sign is too little: it may load anything."""

    def collect(self, folder: Element, found: list[str]) -> None:
        for child in folder.children:
            self.collect(child, found)
        found.append(folder.tag)


@dataclass
class Passage:
    words: list[str]
    parts: list["Passage"] = field(default_factory=list)
    references: list[str] = field(default_factory=list)


class Book:
    def __init__(self, passages: dict[str, Passage]) -> None:
        self.passages = passages

    def count_words(self, passage: Passage) -> int:
        """Parts end by themselves, what is included by its name need not."""
        total = len(passage.words)
        for part in passage.parts:
            total += self.count_words(part)  # expect: recursion-on-input/strict
        for reference in passage.references:
            total += self.count_words(self.passages[reference])
        return total

    def count_words_once(self, passage: Passage, seen: set[str]) -> int:
        """Each name is followed once: what is left ends with the parts."""
        total = len(passage.words)
        for part in passage.parts:
            total += self.count_words_once(part, seen)
        for reference in passage.references:
            if reference in seen:
                continue
            seen.add(reference)
            total += self.count_words_once(self.passages[reference], seen)
        return total

    def is_valid(self, passage: Passage, value: dict, reference: str) -> bool:
        """The value gets smaller with each reference: silent."""
        known = self.passages.get(reference)
        if known is None:
            return False
        return all(self.is_valid(self.passages[name], value[name], name) for name in known.references)


class Sensors:
    """Names that the program itself gives to what it keeps: silent."""

    def __init__(self) -> None:
        self.children: dict[str, list[str]] = {}

    def add(self, name: str, parents: list[str]) -> None:
        self.children[name] = []
        for parent in parents:
            self.children[parent].append(name)

    def remove(self, name: str) -> None:
        for child in self.children.pop(name, []):
            self.remove(child)

    def count(self, name: str) -> int:
        return 1 + sum(self.count(child) for child in self.children[name])


def resolve_schema(schema: dict) -> dict:
    """A function within a function, which follows references."""
    definitions = schema.pop("$defs", {})

    def resolve(part: dict) -> dict:
        if "$ref" in part:
            ref_name = part["$ref"].rsplit("/", 1)[-1]
            return resolve(definitions[ref_name])  # expect: recursion-on-input/strict
        return {key: value for key, value in part.items() if key != "title"}

    return resolve(schema)
