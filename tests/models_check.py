"""Ask Python whether what the models name of its libraries exists.

Usage: python3 tests/models_check.py [--installed]. Exits with 1 and names each path, method and argument that is not
there. The standard library of the running Python is looked at, and with `--installed` every other package that it has,
so that a virtual environment with the current releases shows what they renamed. For each package one name has to be right:
what a package once had stays in the models for those who still use it. What was not installed is said at the end.
"""

import builtins
import importlib
import importlib.util
import inspect
import io
import pathlib
import select
import socket
import sys
import threading
import tomllib
import zlib

MODELS = pathlib.Path(__file__).parent.parent / "rules" / "models" / "python"

# Modules of Python 2, names that came after 3.11 or went before it, and names that only other systems have.
ELSEWHERE = {
    "Queue", "thread", "httplib", "urllib2", "StandardError", "WindowsError", "raw_input", "exit", "quit",
    "asyncio.QueueShutDown", "queue.ShutDown", "time.clock", "urllib.urlopen", "urllib.urlretrieve",
    "multiprocessing.Connection", "io.Device", "subprocess.pipe", "socket.makefile", "select.kqueue", "select.devpoll", "selectors.KqueueSelector",
    "selectors.DevpollSelector", "zlib.Decompress", "zlib.Compress", "_thread.lock",
    # Since 3.12 ssl.wrap_socket is gone; earlier it is there.
    "ssl.wrap_socket",
}
# Types that have no public name, and what makes one.
STAND_INS = {
    "select.poll": select.poll, "select.epoll": select.epoll, "zlib.Decompress": zlib.decompressobj,
    "zlib.Compress": zlib.compressobj, "threading.Lock": threading.Lock,
    "socket.socketpair": socket.socket,
}


def is_elsewhere(path):
    """Whether the path is of another Python on purpose."""
    return path in ELSEWHERE or path.split(".")[0] in ELSEWHERE


def resolve(path):
    """The object at a dotted path: module attributes, builtins, attributes of classes."""
    parts = path.split(".")
    for count in range(len(parts), 0, -1):
        name = ".".join(parts[:count])
        try:
            found = importlib.import_module(name)
        except ImportError:
            continue
        rest = parts[count:]
        break
    else:
        found, rest = builtins, parts
    for part in rest:
        found = getattr(found, part)
    return found


INSTALLED = "--installed" in sys.argv
MISSING = set()


def is_standard(path):
    """Whether a path belongs to the standard library or the builtins."""
    first = path.split(".")[0]
    return first in sys.stdlib_module_names or ("." not in path and hasattr(builtins, path))


def is_here(path):
    """Whether a path is to be looked at: of the standard library, or of a package that is installed."""
    if is_standard(path):
        return True
    first = path.split(".")[0]
    if not INSTALLED or "." not in path or first in ELSEWHERE or hasattr(builtins, first):
        return False
    if first not in sys.modules and importlib.util.find_spec(first) is None:
        MISSING.add(first)
        return False
    return True


def is_any_there(paths):
    """Whether one of several names for one thing is there; of the standard library all have to be."""
    found = [path for path in paths if is_standard(path) or exists(path)]
    return bool(found)


def parameters(function):
    """The names of the parameters, or None where Python does not tell."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    kinds = [parameter.kind for parameter in signature.parameters.values()]
    if inspect.Parameter.VAR_KEYWORD in kinds or inspect.Parameter.VAR_POSITIONAL in kinds:
        return None
    return list(signature.parameters)


def check_argument(where, function, argument, is_method, complaints):
    """The keyword exists and stands at the position."""
    names = parameters(function)
    keyword, position = argument.get("keyword"), argument.get("position")
    if names is None or keyword is None:
        return
    if is_method and names and names[0] == "self":
        names = names[1:]
    if keyword not in names:
        complaints.append(f"{where}: no parameter {keyword} among {names}")
    elif position is not None and names.index(keyword) != position:
        complaints.append(f"{where}: {keyword} stands at {names.index(keyword)}, not at {position}")


def check_paths(where, call, complaints):
    others = [path for path in call.get("path", []) if is_here(path) and not is_standard(path)]
    for package in {path.split(".")[0] for path in others}:
        names = [path for path in others if path.startswith(f"{package}.")]
        if not is_any_there(names):
            complaints.append(f"{where}: none of {names} exists")
    for path in call.get("path", []):
        if is_elsewhere(path) or not is_here(path) or (not is_standard(path) and not exists(path)):
            continue
        try:
            function = resolve(path)
        except AttributeError:
            complaints.append(f"{where}: {path} does not exist")
            continue
        for field in ("timeout", "spawns"):
            if field in call:
                check_argument(f"{where}: {path}", function, call[field], inspect.isclass(function), complaints)


def has_method(path, method):
    """Whether the type or what its factory makes has the method."""
    return hasattr(STAND_INS[path](), method) if path in STAND_INS else hasattr(resolve(path), method)


def exists(path):
    """Whether the path is a name of this Python."""
    if not is_here(path) or is_elsewhere(path):
        return False
    try:
        resolve(path)
    except (AttributeError, ImportError):
        return False
    return True


def check_methods(where, call, aliases, complaints):
    """Each method exists on one of the types, unless the model also speaks of unknown receivers."""
    types = [path for on in call.get("on", []) for path in aliases.get(on, [on])]
    if any(not is_here(path) for path in types):
        return
    types = [path for path in types if exists(path) or path in STAND_INS]
    for method in call.get("method", []) if types else []:
        owner = next((path for path in types if has_method(path, method)), None)
        if owner is None:
            if "receivers" not in call:
                complaints.append(f"{where}: {types[0]} has no method {method}")
        elif "timeout" in call and owner not in STAND_INS:
            function = getattr(resolve(owner), method)
            check_argument(f"{where}: {owner}.{method}", function, call["timeout"], True, complaints)


def main():
    complaints, aliases, files = [], {}, {}
    for path in sorted(MODELS.glob("*.toml")):
        files[path.name] = tomllib.loads(path.read_text())
    for name, content in files.items():
        for model in content.get("class", []):
            for path in model["path"]:
                aliases[path] = model["path"]
                if is_standard(path) and not is_elsewhere(path):
                    try:
                        resolve(path)
                    except AttributeError:
                        complaints.append(f"{name}: {path} does not exist")
    for name, content in files.items():
        for call in content.get("call", []):
            check_paths(name, call, complaints)
            check_methods(name, call, aliases, complaints)
        for exception in content.get("exception", []):
            for path in exception["name"]:
                if "*" not in path and is_standard(path) and not is_elsewhere(path):
                    try:
                        resolve(path)
                    except AttributeError:
                        complaints.append(f"{name}: {path} does not exist")
    out = io.StringIO()
    for complaint in complaints:
        print(complaint, file=out)
    if MISSING:
        print("not installed:", ", ".join(sorted(MISSING)), file=out)
    sys.stderr.write(out.getvalue())
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
