#!/usr/bin/python3
"""Is a run fit to be shown to everybody? Complete, of a clean release build, sound, small, and nobody's private affair.

usage: scripts/check_reference.py [RUN]        (default results/reference)
Exit: 0 it is, 1 it is not; each reason is one line.
"""
from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import jsonschema

ROOT = Path(__file__).resolve().parent.parent
SIZE_LIMIT = 11 << 19  # 5.5 MiB; the repository keeps every version that was ever committed
OK_SHARE = 0.9        # of the cells, at least
PRIVATE = ("/home/", "/root/", "/Users/", "/tmp/", "/var/tmp/", "~/")


def load(file: Path) -> dict:
    return json.loads(file.read_text(encoding="utf-8"))


def unsound(folder: Path) -> Iterator[str]:
    """What makes its figures unfit."""
    run, summary = load(folder / "run.json"), load(folder / "summary.json")
    if not run["complete"]:
        yield "the run is not complete: interleave run --resume"
    if run["build_type"] != "Release" or any(model["build_type"] != "Release" for model in run["models"]):
        yield "not everything is a release build: make build"
    if run["commit"] == "unknown" or run["commit"].endswith("-modified"):
        yield f"commit '{run['commit']}' cannot be checked out: commit first, build, measure"
    cells = summary["cells"]
    sound = sum(cell["validity"] == "ok" for cell in cells)
    if sound < OK_SHARE * len(cells):
        yield f"only {sound} of {len(cells)} cells are ok: measure on a quiet machine (interleave doctor)"
    if summary["run"]["trials"]["invalid"]:
        yield f"{summary['run']['trials']['invalid']} trials are invalid: see their reasons in {folder}/trials"


def malformed(folder: Path) -> Iterator[str]:
    files = {"run": [folder / "run.json"], "summary": [folder / "summary.json"],
             "trial": sorted((folder / "trials").glob("*.json"))}
    for name, records in files.items():
        check = jsonschema.Draft7Validator(load(ROOT / "docs" / "schemas" / f"{name}.schema.json"))
        for record in records:
            for error in check.iter_errors(load(record)):
                yield f"{record.name} is not what docs/schemas says: {error.message}"
                break


def private(folder: Path) -> Iterator[str]:
    """Paths and names of the machine it was made on."""
    for file in sorted(path for path in folder.rglob("*") if path.suffix in (".json", ".html", ".md", ".svg")):
        text = file.read_text(encoding="utf-8")
        yield from (f"{file.name} says '{word}': where it was made is nobody's business"
                    for word in PRIVATE if word in text)
    if load(folder / "run.json")["host"]["hostname"] != "reference":
        yield "run.json has the host's name: use scripts/make_reference.sh"
    for file in sorted((folder / "trials").glob("*.json")):
        commands = [process["command"] for process in load(file)["processes"].values()]
        yield from (f"{file.name} has a command with the path {word}: commands are relative to the project's folder"
                    for command in commands for word in command if word.startswith("/") and not word.startswith("/usr/"))


def large(folder: Path) -> Iterator[str]:
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    if size > SIZE_LIMIT:
        yield f"{size >> 10} KiB are too much to commit: at most {SIZE_LIMIT >> 10}"


def problems(folder: Path) -> list[str]:
    return [problem for look in (unsound, malformed, private, large) for problem in look(folder)]


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "results" / "reference"
    found = problems(folder)
    for problem in found:
        print(f"error: {problem}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
