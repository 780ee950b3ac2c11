#!/usr/bin/env python3
"""Say how precise unspin is on the labelled findings: `report.py BINARY DATA [--write]`.

Runs BINARY on all pinned releases. Precision is that of the labelled findings which are reported now, per rule and per level of
confidence; `sample` is the part of them that comes first in the order of the seed without a gap, so that it stands for
all that is reported. Also lists the wrong ones that are still there, the right ones that were lost, and those that are reported
and have no label yet (their number). `--write` puts the tables into README.md.
"""
import pathlib
import sys
from collections import defaultdict

from population import HERE, LEVELS, key, labels, revisit, rows, scan

BEGIN, END = "<!-- figures -->\n", "<!-- end of figures -->\n"


def share(right, count):
    return f"{100 * right / count:.0f} %" if count else "–"


def counted(labelled):
    """Right ones and all of them, by rule and level."""
    counts = defaultdict(lambda: [0, 0])
    for row in labelled:
        for place in ((row["rule"], row["confidence"]), (row["rule"], "all"), ("all", row["confidence"]), ("all", "all")):
            counts[place][0] += row["worth"]
            counts[place][1] += 1
    return counts


def table(counts):
    """A table with a line for each rule, most findings first."""
    columns = ("all", *LEVELS)
    lines = ["| rule | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    rules = sorted({rule for rule, _ in counts}, key=lambda rule: (-counts[rule, "all"][1], rule))
    for rule in rules:
        cells = []
        for level in columns:
            right, count = counts.get((rule, level), (0, 0))
            cells.append(f"{right}/{count} ({share(right, count)})" if count else "")
        lines.append(f"| {rule} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def figures(findings, loops, known):
    """The text of the report, and what is still wrong or was lost."""
    labelled = [{**known[key(row)], "confidence": row["confidence"]} for row in findings if key(row) in known]
    first = next((index for index, row in enumerate(findings) if key(row) not in known), len(findings))
    sample = [known[key(row)] for row in findings[:first]]
    right = sum(row["worth"] for row in labelled)
    in_sample = sum(row["worth"] for row in sample)
    here = {key(row) for row in findings}
    lost = [row for row in known.values() if row["worth"] and key(row) not in here]
    wrong = [row for row in labelled if not row["worth"]]
    quieted = sum(1 for row in known.values() if not row["worth"] and key(row) not in here)
    text = (
        f"{len(findings)} findings in {loops} loops of {len(rows(HERE / 'packages.jsonl'))} releases: "
        f"{1000 * len(findings) / loops:.1f} per 1,000 loops.\n\n"
        f"- sample, the first {first} findings of the seed's order: {in_sample} worth acting on ({share(in_sample, first)})\n"
        f"- all {len(labelled)} labelled findings that are reported: {right} worth acting on ({share(right, len(labelled))})\n"
        f"- reported without a label: {len(findings) - len(labelled)}\n"
        f"- wrong ones that are no longer reported: {quieted}; right ones that were lost: {len(lost)}\n\n"
    )
    return text + table(counted(labelled)), wrong, lost


def repositories(still, count, known):
    """What is left of the sample in repositories, and what is wrong in it or was lost."""
    of_git = [row for row in known.values() if row["ecosystem"] == "git"]
    left = [known[key(row)] for row in still]
    right, here = sum(row["worth"] for row in left), {key(row) for row in still}
    lost = [row for row in of_git if row["worth"] and key(row) not in here]
    text = (
        f"- in {count} repositories, {len(left)} of the {len(of_git)} labelled findings are reported: "
        f"{right} worth acting on ({share(right, len(left))}); right ones that were lost: {len(lost)}\n"
    )
    return text, [row for row in left if not row["worth"]], lost


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--write"]
    if len(arguments) != 2:
        sys.exit(__doc__)
    findings, loops = scan(*arguments)
    packages = {place: row for place, row in labels().items() if row["ecosystem"] != "git"}
    text, wrong, lost = figures(findings, loops, packages)
    still, count = revisit(*arguments)
    if count:
        also, more_wrong, more_lost = repositories(still, count, labels())
        text, wrong, lost = text + "\n" + also, wrong + more_wrong, lost + more_lost
    print(text)
    for title, listed in (("Still wrong", wrong), ("Lost", lost)):
        print(f"{title}:")
        for row in listed:
            print(f"  {row['package']}-{row['version']}/{row['file']}:{row['line']} {row['rule']}: {row['why']}")
    if "--write" in sys.argv:
        page = pathlib.Path(HERE / "README.md")
        before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
        page.write_text(before + BEGIN + "\n" + text + "\n" + END + rest.partition(END)[2], encoding="utf-8")


if __name__ == "__main__":
    main()
