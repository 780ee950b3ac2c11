#!/usr/bin/env python3
"""Say how many of the published bugs unspin finds: `report.py BINARY DATA [--set first|second|third] [--misses]`.

Runs BINARY on both releases of every bug, or of those of one set, with the recommended rules, with the strict ones and with those of
the audit as well.

  found   a finding on the lines of the bug, or of the loop that starts where it starts, by a rule that speaks of that kind of bug
  quiet   of those found whose fix changed that very code for good: no finding of the same rule there in the fixed release
"""
import argparse
import json
import pathlib
import subprocess
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

HERE = pathlib.Path(__file__).resolve().parent
GROUPS = {"recommended": (), "strict": ("--extend-select", "strict"), "audit": ("--extend-select", "strict,audit")}
RECURSION = set("endless-recursion recursion-on-input recursion-without-limit unused-depth-limit retry-by-recursion".split())
CONNECTIONS = set("missing-timeout ping-without-deadline connect-storm tunnel-without-keepalive".split())
WAITING = CONNECTIONS | set("endless-poll stop-check-behind-endless-wait busy-wait unstoppable-loop".split())


def run(binary, root, options):
    done = subprocess.run([binary, "check", "--output-format", "json", *options, "."], cwd=root, capture_output=True, text=True)
    try:
        return json.loads(done.stdout)["findings"]
    except ValueError:
        sys.exit(f"{root}: no report (exit {done.returncode}): {done.stderr[-300:]}")


def rules_on(findings, file, start, end):
    """The rules that report something on these lines."""
    rules = set()
    for finding in findings:
        loop = (finding.get("loop") or {}).get("start", {}).get("line")
        if finding["path"].removeprefix("./") == file and (start <= finding["range"]["start"]["line"] <= end or loop == start):
            rules.add(finding["rule"])
    return rules


def speaks_of(rule, kind):
    """Whether a rule is about that kind of bug: recursion and waiting have rules of their own, all others are about loops."""
    if kind == "other":
        return True
    if kind in ("recursion", "missing-timeout"):
        return rule in (RECURSION if kind == "recursion" else WAITING)
    return rule not in (RECURSION | CONNECTIONS) - {"retry-by-recursion"}


def judge(bug, before, after):
    """The rules that found a bug, and whether they are quiet after the fix: None where the fix is elsewhere."""
    rules = {rule for rule in rules_on(before, bug["file"], bug["start_line"], bug["end_line"]) if speaks_of(rule, bug["kind"])}
    if not rules or not bug["fixed_region_changed"] or bug["fixed_residual"]:
        return rules, None
    return rules, not rules & rules_on(after, bug["fixed_file"], bug["fixed_start_line"], bug["fixed_end_line"])


def table(bugs, verdicts):
    """Found and quiet of each group of rules, by set, ecosystem, difficulty and kind."""
    parts = {"all": bugs}
    for field in ("set", "ecosystem", "difficulty", "kind"):
        for value in sorted({bug[field] for bug in bugs}):
            parts[value] = [bug for bug in bugs if bug[field] == value]
    lines = ["| bugs | " + " | ".join(GROUPS) + " |", "|---" * (len(GROUPS) + 1) + "|"]
    for name, part in parts.items():
        cells = []
        for group in GROUPS:
            found = [verdicts[group, bug["id"]] for bug in part if verdicts[group, bug["id"]][0]]
            judged = [quiet for _, quiet in found if quiet is not None]
            cells.append(f"{len(found)}/{len(part)}" + (f", quiet {sum(judged)}/{len(judged)}" if judged else ""))
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def wanted():
    """What the command line asks for: the program, the releases, the bugs, and whether every bug is to be listed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--set", choices=("first", "second", "third"))
    parser.add_argument("--misses", action="store_true")
    told = parser.parse_args()
    bugs = [json.loads(line) for line in (HERE / "bugs.jsonl").read_text(encoding="utf-8").splitlines()]
    bugs = [bug for bug in bugs if told.set in (None, bug["set"])]
    return told.binary.resolve(), told.data.resolve(), bugs, told.misses


def main():
    binary, data, bugs, misses = wanted()
    roots = sorted({data / bug["ecosystem"] / f"{bug['package']}-{bug[side]}" for bug in bugs for side in ("vulnerable", "fixed")})
    verdicts = defaultdict(set)
    for group, options in GROUPS.items():
        with ThreadPoolExecutor(2) as pool:
            reports = dict(zip(roots, pool.map(lambda root: run(binary, root, options), roots)))
        for bug in bugs:
            before, after = (reports[data / bug["ecosystem"] / f"{bug['package']}-{bug[side]}"] for side in ("vulnerable", "fixed"))
            verdicts[group, bug["id"]] = judge(bug, before, after)
    if misses:
        for bug in bugs:
            seen = {group: sorted(verdicts[group, bug["id"]][0]) for group in GROUPS}
            word = next((group for group in GROUPS if seen[group]), "missed")
            loud = ["(loud)"] if any(verdicts[group, bug["id"]][1] is False for group in GROUPS) else []
            place = f"{bug['ecosystem']}/{bug['package']}-{bug['vulnerable']}/{bug['file']}:{bug['start_line']}"
            print(f"{word:12} {bug['difficulty']:7}", place, *seen["audit"], *loud)
    print(table(bugs, verdicts))


if __name__ == "__main__":
    main()
