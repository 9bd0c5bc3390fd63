#!/usr/bin/python3
"""Proves that scripts/install_deps.sh installs all the build uses.

A machine where something was once installed by hand hides a missing line in the script. So: every system header the
build read (from Ninja's dependency log), every library the binaries load (from ldd) and every program the suite starts
is traced to its Debian package, and each of those must be a listed package or one that a listed package depends on.

usage: scripts/check_deps.py [BUILD_DIR]        (default build/release; built before)
Exit: 0 complete, 1 something is missing from the list.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAMS = ["wrk", "redis-cli", "curl", "cmake", "ninja", "ccache", "g++", "git", "make", "/usr/bin/python3"]
PYTHON_MODULES = ["matplotlib", "numpy", "jinja2", "jsonschema", "pytest"]


def output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout


def files_used(build: pathlib.Path) -> set[str]:
    """Paths of system headers, shared libraries, programs and Python modules."""
    used = {line.strip() for line in output("ninja", "-C", str(build), "-t", "deps").splitlines()
            if line.startswith("    /usr/")}
    for binary in (build / "bin").iterdir():
        used.update(re.findall(r"=> (/\S+)", output("ldd", str(binary))))
    used.update(output("sh", "-c", 'for p in "$@"; do command -v "$p"; done', "sh", *PROGRAMS).split())
    for module in PYTHON_MODULES:
        used.add(output("/usr/bin/python3", "-c", f"import {module}; print({module}.__file__)").strip())
    return {str(pathlib.Path(path).resolve()) for path in used}


def owners(paths: set[str]) -> dict[str, str]:
    """Package of each path, from dpkg's file lists (which may name a path through /lib or /usr/lib)."""
    variants = {path: path for path in paths} | {path.removeprefix("/usr"): path for path in paths}
    found: dict[str, str] = {}
    result = subprocess.run(["dpkg-query", "-S", *sorted(variants)], capture_output=True, text=True, check=False)
    for line in result.stdout.splitlines():
        packages, _, path = line.partition(": ")
        if path in variants:
            found[variants[path]] = packages.split(",")[0].split(":")[0]
    return found


def closure(listed: set[str]) -> set[str]:
    """The listed packages and all they depend on, plus what every Debian system has."""
    depends: dict[str, set[str]] = {}
    always = set()
    form = "${Package}\t${Essential}\t${Priority}\t${Depends},${Pre-Depends}\t${Provides}\n"
    provided: dict[str, set[str]] = {}
    for line in output("dpkg-query", "-W", "-f", form).splitlines():
        name, essential, priority, wanted, provides = line.split("\t")
        depends[name] = {re.split(r"[ :(]", word.strip())[0] for word in re.split(r"[,|]", wanted) if word.strip()}
        if essential == "yes" or priority in ("required", "important"):
            always.add(name)
        for word in provides.split(","):
            provided.setdefault(re.split(r"[ :(]", word.strip())[0], set()).add(name)
    reached: set[str] = set()
    todo = list(listed | always)
    while todo:
        name = todo.pop()
        if name in reached:
            continue
        reached.add(name)
        todo.extend(depends.get(name, ()))
        todo.extend(provided.get(name, ()))
    return reached


def main() -> int:
    build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/release").resolve()
    listed = set(output("scripts/install_deps.sh", "--list", "--peers").split())
    used = owners(files_used(build))
    reached = closure(listed)
    missing = sorted({package for package in used.values() if package not in reached})
    for package in missing:
        example = min(path for path, owner in used.items() if owner == package)
        print(f"error: the build uses {example} of package {package}, which scripts/install_deps.sh does not install; "
              "add it there")
    print(f"{len(used)} system files of {len(set(used.values()))} packages, {len(missing)} packages not listed")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
