"""Waiting for a child process: local, but it may hang all the same."""

import subprocess


def convert(source: str, target: str) -> None:
    subprocess.run(["convert", source, target], check=True)  # expect: missing-timeout/audit


def count_lines(path: str) -> int:
    process = subprocess.Popen(["wc", "-l", path], stdout=subprocess.PIPE)
    output, _ = process.communicate()  # expect: missing-timeout/audit
    return int(output.split()[0])


def build(target: str) -> int:
    process = subprocess.Popen(["make", target])
    return process.wait()  # expect: missing-timeout/audit


def convert_in_time(source: str, target: str) -> None:
    subprocess.run(["convert", source, target], check=True, timeout=60)


def build_in_time(target: str) -> int:
    process = subprocess.Popen(["make", target])
    try:
        return process.wait(timeout=600)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait(timeout=5)
