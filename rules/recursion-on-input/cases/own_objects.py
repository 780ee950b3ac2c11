"""What is asked for its class before it is walked is an object of the program, and no link that was read."""


class Record:
    parts: dict


def to_json(record: Record) -> dict:
    found = {}
    for name, part in record.parts.items():
        value = part.get_attribute(record)
        if isinstance(value, Record):
            found[name] = to_json(value)
        else:
            found[name] = value
    return found


def follow(node):
    found = []
    for part in node.parts:
        target = part.get_attribute("target")
        found.append(follow(target))  # expect: recursion-on-input/strict
    return found
