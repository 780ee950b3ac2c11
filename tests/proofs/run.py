#!/usr/bin/env python3
"""Runs real packages, in the release that unspin reports, until what it reports is seen to happen.

Usage: run.py [NAME…] [--unspin PROGRAM] [--work FOLDER] [--write]

Each program of `proofs.toml` runs twice: as the control, with a peer that behaves, it has to end; with one that does
not, it has to spin, wait, poll or overflow. The runner decides which it was, from outside: it holds the program to
limits of time, CPU and memory, reads how busy its threads were from /proc, asks it where it stands, and ends it.
With `--unspin` the linter is run on what was installed and has to report the rule at the line. `--write` puts the
table into README.md. Packages are installed with pip and cargo as they are set up here, into a folder that goes away
unless `--work` names one. Needs Linux and Python 3.12 or later; every connection is to the loopback address.
Exits with 1 if anything was not as `proofs.toml` says.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
import tomllib

HERE = pathlib.Path(__file__).parent
MARKS = ("<!-- outcome -->\n", "<!-- end of outcome -->")
SECONDS = 8
CONTROL_SECONDS = 60
MEMORY = 4 << 30


@dataclasses.dataclass
class Run:
    """What was seen of one run: how it ended or that it went on, for how long, how busy, and what it said."""

    ended: int | None
    wall: float
    busy: float
    cpu: float
    said: str
    rounds: int
    stood: set


class Failed(Exception):
    """A step before the measurement failed; the text says which."""


def call(*command, **more):
    """Runs a command that has to succeed and returns what it printed."""
    done = subprocess.run([str(part) for part in command], text=True, capture_output=True, check=False, **more)
    if done.returncode:
        raise Failed(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()[-400:]}")
    return done.stdout


class Python:
    """A virtual environment for one list of requirements."""

    def __init__(self, work, proof):
        folder = work / "-".join([proof["package"], proof["version"]])
        self.interpreter = folder / "bin" / "python"
        if not self.interpreter.exists():
            call(sys.executable, "-m", "venv", folder)
        needs = proof.get("needs", [f"{proof['package']}=={proof['version']}"])
        call(self.interpreter, "-m", "pip", "install", "--quiet", *needs)
        find = "import sysconfig; print(sysconfig.get_path('purelib'))"
        self.sources = pathlib.Path(call(self.interpreter, "-c", find).strip())
        program, *self.more = proof["program"]
        self.program = HERE / program

    def command(self, mode):
        return [self.interpreter, self.program, mode, *self.more]


class Rust:
    """A project of one source file."""

    def __init__(self, work, proof):
        folder = work / proof["name"]
        (folder / "src").mkdir(parents=True, exist_ok=True)
        needs = "\n".join(proof["needs"])
        manifest = f'[package]\nname = "proof"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n{needs}\n[workspace]\n'
        (folder / "Cargo.toml").write_text(manifest)
        (folder / "src" / "main.rs").write_text((HERE / proof["program"][0]).read_text())
        environment = os.environ | {"CARGO_TARGET_DIR": str(work / "target")}
        call("cargo", "build", "--quiet", cwd=folder, env=environment)
        self.program = folder / "program"
        (work / "target" / "debug" / "proof").replace(self.program)
        metadata = json.loads(call("cargo", "metadata", "--format-version=1", cwd=folder))
        package = next(one for one in metadata["packages"] if one["name"] == proof["package"])
        self.sources = pathlib.Path(package["manifest_path"]).parent

    def command(self, mode):
        return [self.program, mode]


def limits(seconds):
    """Run in the child before the program: it cannot outlive these, whatever happens to the runner."""
    def apply():
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CPU, (2 * seconds + 30, 2 * seconds + 30))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return apply


def busyness(pid):
    """Per thread, the seconds on a CPU, and those with the seconds in line for one: a loaded machine is not idleness."""
    times = {}
    for thread in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            on, waiting, _ = (int(part) for part in (thread / "schedstat").read_text().split())
        except OSError:
            continue
        times[thread.name] = (on / 1e9, (on + waiting) / 1e9)
    return times


def await_start(child, said, seconds):
    """Waits until the program says that all is set up, or has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and child.poll() is None and "ready\n" not in said.read_text():
        time.sleep(0.05)
    return time.monotonic(), busyness(child.pid) if child.poll() is None else {}


def measure(command, seconds, scratch):
    """Runs a program for at most so long after it is set up, and tells what was seen."""
    said = scratch / "said"
    environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    with said.open("wb") as output:
        child = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            cwd=scratch, env=environment | {"PYTHONUNBUFFERED": "1"}, preexec_fn=limits(seconds))
    try:
        began, before = await_start(child, said, CONTROL_SECONDS)
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
        wall, ended, after = time.monotonic() - began, child.poll(), {}
        if ended is None:
            after = busyness(child.pid)
            if command[0].name == "python":
                for _ in range(5):
                    child.send_signal(signal.SIGUSR1)
                    time.sleep(0.3)
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    spent = [(on - before.get(thread, (0, 0))[0], all - before.get(thread, (0, 0))[1]) for thread, (on, all) in after.items()]
    cpu, busy = max(spent, key=lambda one: one[1], default=(0, 0))
    text = said.read_text(errors="replace")
    rounds = max((int(count) for count in re.findall(r"^rounds (\d+)$", text, re.M)), default=0)
    stood = set(re.findall(r"^at (\S+):\d+ (\w+)$", text, re.M))
    return Run(ended, wall, busy / wall, cpu, text, rounds, stood)


def outcome(run, proof):
    """What was seen, in words, and whether it is what the finding says."""
    path, line = proof["finding"].rsplit(":", 1)
    if run.ended is not None:
        error = re.findall(r"^(\w+): ", run.said, re.M)[-1:]
        if error == ["RecursionError"] and re.search(rf'{re.escape(path)}", line {line}, in', run.said):
            return "overflows", "`RecursionError` from that line reaches the caller"
        if "RecursionError" in run.said:
            return "contained", "`RecursionError` happens, and the caller gets an error of the package"
        if -run.ended in (signal.SIGABRT, signal.SIGSEGV):
            return "overflows", f"the process is ended by {signal.Signals(-run.ended).name}"
        return "ends", f"ended with {run.ended} after {run.wall:.1f} s"
    there = any(name.endswith(path) and function == proof["within"] for name, function in run.stood) if "within" in proof else True
    if not there:
        return "elsewhere", f"went on for {run.wall:.0f} s, but was not seen in `{proof['within']}`"
    busy = f"still going after {run.wall:.0f} s, busy {min(run.busy, 1):.0%} of them"
    if run.rounds > 1:
        return "polls", f"{busy}, round {run.rounds} times"
    return ("spins" if run.busy >= 0.85 else "waits"), busy


def reported(unspin, sources, proof):
    """Whether the linter reports the rule at the line of what was installed."""
    path, line = proof["finding"].rsplit(":", 1)
    command = [unspin, "check", "--extend-select", "strict", "--output-format", "json", path.split("/", 1)[0]]
    done = subprocess.run(command, cwd=sources, text=True, capture_output=True, check=False)
    return any(
        one["rule"] == proof["rule"] and one["path"] == path and one["range"]["start"]["line"] == int(line)
        for one in json.loads(done.stdout)["findings"])


def prove(proof, work, unspin):
    """Runs one proof; gives the control's outcome, what was seen, and whether all was as written."""
    place = (Rust if proof["program"][0].endswith(".rs") else Python)(work, proof)
    if unspin is not None and not reported(unspin, place.sources, proof):
        return "not run", f"unspin does not report `{proof['rule']}` there", False
    with tempfile.TemporaryDirectory() as scratch:
        control = measure(place.command("control"), CONTROL_SECONDS, pathlib.Path(scratch))
    if control.ended != 0:
        how = "does not end" if control.ended is None else f"fails with {control.ended}"
        return how, control.said.strip().splitlines()[-1], False
    with tempfile.TemporaryDirectory() as scratch:
        kind, text = outcome(measure(place.command("finding"), proof.get("seconds", SECONDS), pathlib.Path(scratch)), proof)
    return f"ends, {control.wall:.1f} s", f"**{kind}**: {text}", kind == proof["shows"]


def row(proof, control, text):
    """One line of the table."""
    return (f"| {proof['package']} {proof['version']} | `{proof['finding']}` {proof['rule']} "
            f"| {proof['about']} | {control} | {text} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="the proofs to run; all by default")
    parser.add_argument("--unspin", type=pathlib.Path, help="also check that this program reports the finding")
    parser.add_argument("--work", type=pathlib.Path, help="keep what is installed in this folder")
    parser.add_argument("--write", action="store_true", help="write the table into README.md")
    asked = parser.parse_args()
    proofs = tomllib.loads((HERE / "proofs.toml").read_text())["proof"]
    unknown = set(asked.names) - {proof["name"] for proof in proofs}
    if unknown:
        parser.error(f"no such proof: {', '.join(sorted(unknown))}")
    if asked.write and asked.names:
        parser.error("--write needs all of them")
    unspin = asked.unspin.resolve() if asked.unspin else None
    rows = ["| package | finding | what happens | control | observed |", "|---|---|---|---|---|"]
    print("\n".join(rows), flush=True)
    wrong = 0
    with tempfile.TemporaryDirectory() as temporary:
        work = (asked.work or pathlib.Path(temporary)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        for proof in proofs:
            if asked.names and proof["name"] not in asked.names:
                continue
            try:
                control, text, holds = prove(proof, work, unspin)
            except Failed as problem:
                control, text, holds = "not run", str(problem), False
            wrong += not holds
            rows.append(row(proof, control, text))
            print(rows[-1] + ("" if holds else f"   <- not {proof['shows']}"), flush=True)
    if asked.write:
        before, rest = (HERE / "README.md").read_text().split(MARKS[0])
        after = rest.split(MARKS[1])[1]
        (HERE / "README.md").write_text(before + MARKS[0] + "\n".join(rows) + "\n" + MARKS[1] + after)
    print(f"{len(rows) - 2 - wrong} as written, {wrong} not")
    sys.exit(bool(wrong))


main()
