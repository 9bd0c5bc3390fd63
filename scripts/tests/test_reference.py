"""The committed run: what is fit to be shown, and that all of it is what today's code derives from its trials."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import SCRIPTS

from check_reference import private, problems
from make_run import make_run

REFERENCE = SCRIPTS.parent / "results" / "reference"
REDRAW = "results/reference is not what the code makes of its trials: run scripts/make_reference.sh --redraw"

is_there = pytest.mark.skipif(not (REFERENCE / "run.json").exists(), reason="not made yet: scripts/make_reference.sh")


@pytest.fixture(name="fit")
def fixture_fit(tmp_path) -> Path:
    """A run with which nothing is wrong."""
    folder = make_run(tmp_path / "full", "full")
    file = folder / "run.json"
    file.write_text(file.read_text().replace('"hostname": "synthetic"', '"hostname": "reference"'))
    (folder / "report.html").write_text("<body></body>")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def run(*command: str | Path) -> None:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, f"{done.stderr}{REDRAW}; if the format has changed: scripts/make_reference.sh"


@is_there
def test_the_committed_run_is_fit_to_be_shown():
    assert problems(REFERENCE) == []


@is_there
def test_everything_in_it_follows_from_its_trials(tmp_path):
    derived = tmp_path / "reference"
    derived.mkdir()
    shutil.copytree(REFERENCE / "trials", derived / "trials")
    if (REFERENCE / "weave").exists():
        shutil.copytree(REFERENCE / "weave", derived / "weave")
    shutil.copy(REFERENCE / "run.json", derived)
    run(Path(os.environ["INTERLEAVE_BIN_DIR"]) / "interleave", "summarize", derived)
    for script in ("charts", "report"):
        run(sys.executable, "-B", SCRIPTS / script / "main.py", derived)
    expected, found = contents(REFERENCE), contents(derived)
    left_out = {name for name in found if name.endswith(".png") and name not in expected}
    assert set(found) - left_out == set(expected), REDRAW
    assert [name for name in expected if found[name] != expected[name]] == [], REDRAW


def test_a_sound_run_is_fit(fit):
    assert problems(fit) == []


@pytest.mark.parametrize("file, old, new, problem", [
    ("run.json", '"complete": true', '"complete": false', "not complete"),
    ("run.json", '"hostname": "reference"', '"hostname": "ada"', "host's name"),
    ("run.json", '"build_type": "Release"', '"build_type": "Debug"', "release build"),
    ("run.json", '"commit": "', '"commit": "0-modified", "was": "', "cannot be checked out"),
    ("run.json", '"schema_version": ', '"schema_version": 9', "docs/schemas"),
    ("report.html", "<body>", "<body>/home/ada/x", "nobody's business"),
    ("summary.json", '"validity": "ok"', '"validity": "suspect"', "cells are ok"),
    ("summary.json", '"invalid": 0', '"invalid": 1', "1 trials are invalid"),
])
def test_an_unfit_run_is_refused(fit, file, old, new, problem):
    text = (fit / file).read_text()
    assert old in text
    (fit / file).write_text(text.replace(old, new))
    assert any(problem in found for found in problems(fit)), problems(fit)


def test_a_command_with_a_path_of_its_machine_is_refused(fit):
    trial = sorted((fit / "trials").glob("*.json"))[0]
    record = json.loads(trial.read_text())
    record["processes"]["server"] = {"command": ["/usr/bin/python3", "/opt/ada/server.py"]}
    trial.write_text(json.dumps(record))
    [found] = private(fit)
    assert trial.name in found and "/opt/ada/server.py" in found


def test_a_large_run_is_refused(fit):
    (fit / "huge.png").write_bytes(bytes(6 << 20))
    assert any("too much to commit" in found for found in problems(fit))


@pytest.mark.parametrize("words", [["--frobnicate"], ["a", "b"]])
def test_usage_errors_are_one_line_and_exit_2(words):
    done = subprocess.run([SCRIPTS / "make_reference.sh", *words], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 2 and done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
