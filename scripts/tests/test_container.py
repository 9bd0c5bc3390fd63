"""The Containerfile does what a reader of a bare machine is told to do, and nothing else."""

from __future__ import annotations

import json
import re
import subprocess

from conftest import SCRIPTS

ROOT = SCRIPTS.parent
INSTRUCTIONS = [tuple(line.split(maxsplit=1)) for line in (ROOT / "Containerfile").read_text().splitlines()
                if line and not line.startswith("#")]


def words_of(name: str) -> list[str]:
    return [words for instruction, words in INSTRUCTIONS if instruction == name]


def test_it_begins_with_a_bare_debian_12():
    assert INSTRUCTIONS[0] == ("FROM", "debian:12")


def test_it_installs_and_builds_with_the_commands_of_the_documents_and_no_other():
    assert words_of("RUN") == ["scripts/install_deps.sh", "make build"]
    readme = (ROOT / "README.md").read_text()
    assert "scripts/install_deps.sh" in readme


def test_what_it_copies_and_runs_is_there():
    for words in words_of("COPY"):
        assert (ROOT / words.split()[0]).exists(), words
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    [command] = words_of("CMD")
    make, target = json.loads(command)
    assert make == "make" and target in targets


def test_what_git_ignores_stays_out_of_the_image():
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {"build", "results/*", "!results/reference"} <= set(ignored)


def test_bare_debian_follows_every_instruction_of_it():
    script = (ROOT / "scripts" / "bare_debian.sh").read_text()
    handled = set(re.findall(r"^    ([A-Z]+)\)", script, re.MULTILINE)) | {"FROM"}
    assert {instruction for instruction, _ in INSTRUCTIONS} <= handled


def test_bare_debian_refuses_what_it_did_not_make(tmp_path):
    done = subprocess.run([ROOT / "scripts" / "bare_debian.sh", tmp_path], capture_output=True, text=True, timeout=20,
                          check=False)
    assert done.returncode == 2 and done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
