#!/usr/bin/env python3
"""Fetch the releases of bugs.jsonl, with the bug and with its fix: `fetch.py DEST`. Nothing that is fetched is ever run.

They land in DEST/<ecosystem>/<package>-<version>/, by the same steps and checks as the releases of the samples for precision.
"""
import importlib.util
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
STEPS = HERE.parent / "precision" / "fetch.py"


def releases():
    """Every release that a bug names, once."""
    found = {}
    for line in (HERE / "bugs.jsonl").read_text(encoding="utf-8").splitlines():
        bug = json.loads(line)
        for side in ("vulnerable", "fixed"):
            release = {"ecosystem": bug["ecosystem"], "package": bug["package"], "version": bug[side]}
            release |= {"artifact": bug.get(f"{side}_artifact"), "sha256": bug[f"{side}_sha256"]}
            found[bug["ecosystem"], bug["package"], bug[side]] = release
    return list(found.values())


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("--"):
        sys.exit(__doc__)
    spec = importlib.util.spec_from_file_location("precision_fetch", STEPS)
    steps = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(steps)
    dest = pathlib.Path(sys.argv[1]).resolve()
    dest.mkdir(parents=True, exist_ok=True)
    sys.exit(bool(steps.fetch_all(releases(), steps.fetch, dest)))


if __name__ == "__main__":
    main()
