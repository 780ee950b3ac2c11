"""What unspin reports in the pinned releases, and the order in which it is looked at.

Each release is scanned alone, as its own developers would scan it. The order is that of a hash of the seed and the place,
so that it does not depend on what else is reported: after a change of the analysis the sample keeps what is still there.
"""
import hashlib
import json
import os
import pathlib
import subprocess
from concurrent.futures import ThreadPoolExecutor

HERE = pathlib.Path(__file__).resolve().parent
SEED = "unspin 1"
LEVELS = ("high", "medium", "low")


def rows(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def key(row):
    """What makes a finding the same one: the release, the place and the rule."""
    return tuple(row[field] for field in ("ecosystem", "package", "version", "file", "line", "rule"))


def turn(row):
    """The place of a finding in the drawing order."""
    return hashlib.sha256("\0".join([SEED, *map(str, key(row))]).encode()).hexdigest()


def scan_release(binary, data, release, extra):
    """The findings in one release and the number of its loops."""
    root = data / release["ecosystem"] / f"{release['package']}-{release['version']}"
    if not root.is_dir():
        raise SystemExit(f"{root} is missing: run fetch.py {data} first")
    command = [binary, "check", "--threads", "1", "--output-format", "json", *extra, "."]
    report = json.loads(subprocess.run(command, cwd=root, capture_output=True, text=True).stdout)
    name = {field: release[field] for field in ("ecosystem", "package", "version")}
    found = []
    for finding in report["findings"]:
        place = {"file": finding["path"], "line": finding["range"]["start"]["line"]}
        found.append({**name, **place, "rule": finding["rule"], "confidence": finding["confidence"], "message": finding["message"]})
    return found, report["summary"]["loops"]


def scan(binary, data, extra=()):
    """All findings in drawing order, one a place and rule, and the number of loops."""
    binary, data = str(pathlib.Path(binary).resolve()), pathlib.Path(data).resolve()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        scanned = list(pool.map(lambda release: scan_release(binary, data, release, extra), rows(HERE / "packages.jsonl")))
    found = {key(row): row for findings, _ in scanned for row in findings}
    return sorted(found.values(), key=turn), sum(loops for _, loops in scanned)


def revisit(binary, data):
    """The labelled findings that are still reported in the repositories which have been fetched, and the number of these."""
    binary, data, known = str(pathlib.Path(binary).resolve()), pathlib.Path(data).resolve(), labels()
    here = [row for row in rows(HERE / "repositories.jsonl") if (data / "git" / f"{row['package']}-{row['version']}").is_dir()]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        scanned = list(pool.map(lambda release: scan_release(binary, data, release, ()), here))
    found = {key(row): row for findings, _ in scanned for row in findings if key(row) in known}
    return list(found.values()), len(here)


def labels():
    """The labels by what they label."""
    return {key(row): row for row in rows(HERE / "labels.jsonl")}
