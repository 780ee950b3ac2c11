#!/usr/bin/env python3
"""Draw findings to be labelled: `draw.py BINARY DATA [COUNT]`, COUNT being 150 unless told otherwise.

Prints those of the first COUNT findings, in the order of the seed, that labels.jsonl does not hold yet, as lines for that file:
`worth` and `why` are to be filled in by whoever has read the source.
"""
import json
import sys

from population import labels, key, scan


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    count = int(sys.argv[3]) if len(sys.argv) == 4 else 150
    findings, _ = scan(sys.argv[1], sys.argv[2])
    known = labels()
    for finding in findings[:count]:
        if key(finding) not in known:
            print(json.dumps({**finding, "worth": None, "why": None}))


if __name__ == "__main__":
    main()
