#!/usr/bin/env python3
"""Fetch the releases that packages.jsonl pins, and keep their sources. Nothing that is fetched is ever run.

    fetch.py DEST                        every release of packages.jsonl, into DEST/<ecosystem>/<package>-<version>/
    fetch.py --repositories DEST         the commits of repositories.jsonl, into DEST/git/<package>-<commit>/
    fetch.py --pin ECOSYSTEM NAME…       append the current releases of these packages to packages.jsonl

Python packages come as wheels through pip, crates through cargo, so the index, proxy and certificates that these are
configured with are the ones used. A pinned wheel is named by its file, so that every platform fetches the same one. What does
not have the pinned SHA-256 is refused; a commit is its own checksum. Only what a linter reads is unpacked: sources and manifests.
"""
import hashlib
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor

LIST = pathlib.Path(__file__).resolve().parent / "packages.jsonl"
REPOSITORIES = LIST.with_name("repositories.jsonl")
HOST = "https://github.com/"
KEPT = (".py", ".rs", ".toml")


def run(command, cwd):
    """Runs a package client; its own words are the error."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError((done.stderr or done.stdout).strip()[-300:])
    return done.stdout


def wheel(package, work, artifact=None, version=None):
    """Downloads a wheel into `work`: the one that is named, or else the current one for this interpreter."""
    pip = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:", "-d", work]
    wanted = package
    if artifact:
        python, abi, platforms = artifact[: -len(".whl")].split("-")[-3:]
        implementation, digits = re.match(r"([a-z]+)(\d+)", python.split(".")[-1]).groups()
        pip += ["--ignore-requires-python", "--implementation", implementation]
        pip += ["--python-version", digits if len(digits) > 1 else "3.12"]
        for name in abi.split("."):
            pip += ["--abi", name]
        for platform in platforms.split("."):
            pip += ["--platform", platform]
        wanted = f"{package}=={version}"
    run([*pip, wanted], work)
    return pathlib.Path(work, next(name for name in os.listdir(work) if name.endswith(".whl")))


def crate(package, work, version=None):
    """Has cargo download a crate, and gives the archive that it keeps."""
    wanted = f"{package}@{version}" if version else package
    told = run(["cargo", "info", "--color", "never", wanted], work)
    version = version or re.search(r"^version: (\S+)", told, re.MULTILINE).group(1)
    home = pathlib.Path(os.environ.get("CARGO_HOME", pathlib.Path.home() / ".cargo"))
    return next((home / "registry" / "cache").glob(f"*/{package}-{version}.crate"))


def checksum(archive):
    return hashlib.sha256(archive.read_bytes()).hexdigest()


def safe(name):
    path = pathlib.PurePosixPath(name)
    return name.endswith(KEPT) and not path.is_absolute() and ".." not in path.parts


def unpack(archive, target):
    """Writes the sources of a wheel or a crate; the one folder that holds all of a crate is left out."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as inside:
            inside.extractall(target, [name for name in inside.namelist() if safe(name)])
        return
    with tarfile.open(archive) as inside:
        for member in inside:
            if member.isfile() and safe(member.name):
                member.name = member.name.partition("/")[2]
                member.mode = 0o644
                inside.extract(member, target)


def fetch(release, dest):
    """Fetches one release, or says why not."""
    ecosystem, package, version = release["ecosystem"], release["package"], release["version"]
    out = dest / ecosystem / f"{package}-{version}"
    if out.is_dir():
        return None
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=dest) as work:
        try:
            archive = wheel(package, work, release["artifact"], version) if ecosystem == "pypi" else crate(package, work, version)
            if checksum(archive) != release["sha256"]:
                raise RuntimeError(f"{archive.name} is not what was pinned")
            part = pathlib.Path(work, "part")
            part.mkdir()
            unpack(archive, part)
            part.rename(out)
        except (RuntimeError, OSError, StopIteration) as error:
            return f"FAILED {ecosystem} {package} {version}: {error or 'nothing was downloaded'}"
    return None


def clone(release, dest):
    """Fetches one commit of a repository without its history, or says why not."""
    out = dest / "git" / f"{release['package']}-{release['version']}"
    if out.is_dir():
        return None
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=dest) as work:
        try:
            run(["git", "init", "-q", "."], work)
            run(["git", "fetch", "-q", "--depth", "1", HOST + release["repository"], release["commit"]], work)
            packed = subprocess.run(["git", "archive", release["commit"]], cwd=work, capture_output=True, check=True).stdout
            part = pathlib.Path(work, "part")
            part.mkdir()
            with tarfile.open(fileobj=io.BytesIO(packed)) as inside:
                inside.extractall(part, [member for member in inside if member.isfile() and safe(member.name)])
            part.rename(out)
        except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
            return f"FAILED {release['repository']} {release['commit']}: {error}"
    return None


def pin(ecosystem, package):
    """The current release of a package, or why there is none."""
    with tempfile.TemporaryDirectory() as work:
        try:
            archive = wheel(package, work) if ecosystem == "pypi" else crate(package, work)
        except (RuntimeError, OSError, StopIteration) as error:
            return f"FAILED {ecosystem} {package}: {error or 'nothing was downloaded'}"
        version = archive.name.split("-")[1] if ecosystem == "pypi" else archive.name[len(package) + 1 : -len(".crate")]
        release = {"ecosystem": ecosystem, "package": package, "version": version}
        if ecosystem == "pypi":
            release["artifact"] = archive.name
        return release | {"sha256": checksum(archive)}


def releases(pinned=LIST):
    return [json.loads(line) for line in pinned.read_text(encoding="utf-8").splitlines()] if pinned.exists() else []


def fetch_all(wanted, one, dest):
    """Fetches what is wanted; gives what failed."""
    with ThreadPoolExecutor(4) as pool:
        failures = [failure for failure in pool.map(lambda release: one(release, dest), wanted) if failure]
    print(*failures, f"{len(wanted)} wanted, {len(failures)} failed, in {dest}", sep="\n")
    return failures


def main():
    arguments = sys.argv[1:]
    if len(arguments) > 2 and arguments[0] == "--pin":
        known = {(release["ecosystem"], release["package"]): release for release in releases()}
        wanted = [name for name in arguments[2:] if (arguments[1], name) not in known]
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda name: pin(arguments[1], name), wanted))
        failures = [one for one in found if isinstance(one, str)]
        known |= {(one["ecosystem"], one["package"]): one for one in found if not isinstance(one, str)}
        LIST.write_text("".join(json.dumps(known[key]) + "\n" for key in sorted(known)), encoding="utf-8")
        print(*failures, f"{len(known)} releases pinned", sep="\n")
    elif len(arguments) == 2 and arguments[0] == "--repositories":
        failures = fetch_all(releases(REPOSITORIES), clone, pathlib.Path(arguments[1]).resolve())
    elif len(arguments) == 1 and not arguments[0].startswith("--"):
        failures = fetch_all(releases(), fetch, pathlib.Path(arguments[0]).resolve())
    else:
        sys.exit(__doc__)
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
