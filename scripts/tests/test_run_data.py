"""The loader: what it accepts, and how it says what is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from conftest import SCRIPTS

from charts import reasons
from charts.json_reader import RunError
from charts.load_run import load_run
from charts.run_data import Trial
from make_run import VARIANTS

SCHEMAS = SCRIPTS.parent / "docs" / "schemas"


def schema(kind: str) -> dict:
    return json.loads((SCHEMAS / f"{kind}.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("variant", VARIANTS)
def test_synthetic_runs_obey_the_schemas(runs, variant):
    files = {"run": [runs[variant] / "run.json"], "summary": [runs[variant] / "summary.json"],
             "trial": sorted((runs[variant] / "trials").glob("*.json"))}
    for kind, paths in files.items():
        validator = jsonschema.Draft202012Validator(schema(kind))
        for path in paths:
            validator.validate(json.loads(path.read_text(encoding="utf-8")))


def test_every_reason_of_the_schema_has_words():
    listed = [values for values in _enums(schema("trial")) if "server_died" in values]
    assert len(listed) == 1
    assert {*reasons.INVALID, *reasons.SUSPECT, *reasons.LATENCY_ONLY} == set(listed[0])


def _enums(node):
    if isinstance(node, dict):
        if "enum" in node:
            yield node["enum"]
        for value in node.values():
            yield from _enums(value)
    elif isinstance(node, list):
        for value in node:
            yield from _enums(value)


@pytest.mark.parametrize("variant", VARIANTS)
def test_loads_every_variant(runs, variant):
    run = load_run(runs[variant])
    summary = json.loads((runs[variant] / "summary.json").read_text())
    assert [(c.model, c.connections, c.validity) for c in run.cells] == \
        [(c["model"], c["load"]["connections"], c["validity"]) for c in summary["cells"]]
    assert run.counts.planned == len(run.order)
    assert run.complete == (len(run.trials) == len(run.order))


def test_names_planned_cells_without_a_trial(runs):
    run = load_run(runs["no_trials"])
    planned = {(model, load) for model in ("single_threaded", "libuv_loop") for load in (1, 64, 256)}
    assert set(run.unmeasured("one_call")) == planned
    assert load_run(runs["full"]).unmeasured("one_call") == []


def change(path: Path, edit) -> None:
    content = json.loads(path.read_text())
    edit(content)
    path.write_text(json.dumps(content))


CASES = {
    "no run.json": (lambda run: (run / "run.json").unlink(), "run.json: no such file"),
    "no summary.json": (lambda run: (run / "summary.json").unlink(), "interleave summarize"),
    "old run": (lambda run: change(run / "run.json", lambda c: c.update(schema_version=0)), "schema_version is 0"),
    "newer summary": (lambda run: change(run / "summary.json", lambda c: c.update(schema_version=3)),
                      "schema_version is 3"),
    "no version": (lambda run: change(run / "run.json", lambda c: c.pop("schema_version")),
                   "schema_version: missing"),
    "half a file": (lambda run: (run / "summary.json").write_text('{"schema_version": 1,'), "not JSON"),
    "not an object": (lambda run: (run / "run.json").write_text("[]"), "expected an object"),
    "not UTF-8": (lambda run: (run / "run.json").write_bytes(b"\xff\xfe"), "cannot be read"),
    "other run": (lambda run: change(run / "summary.json", lambda c: c["run"].update(id="else")), "belongs to run"),
    "text for number": (lambda run: change(run / "summary.json",
                                           lambda c: c["cells"][0]["throughput_rps"].update(estimate="96")),
                        "summary.json: cells[0].throughput_rps.estimate: expected a number"),
    "true for number": (lambda run: change(run / "run.json", lambda c: c["plan"].update(seed=True)),
                        "run.json: plan.seed: expected a whole number"),
    "unknown verdict": (lambda run: change(run / "summary.json", lambda c: c["cells"][0].update(validity="fine")),
                        "cells[0] validity: 'fine'"),
    "broken histogram": (lambda run: change(next((run / "trials").glob("*libuv*")),
                                            lambda c: c["result"].update(latency_us=[[1]])), "latency_us[0]"),
}


@pytest.mark.parametrize("name", CASES)
def test_says_in_one_line_what_is_wrong(copy_run, name):
    damage, expected = CASES[name]
    folder = copy_run()
    damage(folder)
    with pytest.raises(RunError) as caught:
        load_run(folder)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("script", ["charts", "report"])
@pytest.mark.parametrize("folder", ["missing", "empty"])
def test_commands_exit_2_with_one_line(tmp_path, script, folder):
    (tmp_path / "empty").mkdir()
    done = subprocess.run([sys.executable, SCRIPTS / script / "main.py", tmp_path / folder], capture_output=True,
                          text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
    assert done.stdout == ""


def trial(histogram) -> Trial:
    return Trial("t", "m", "w", "wrk", "closed", 1, "measure", "ok", (), (), None, histogram, 0, None, None)


@pytest.mark.parametrize("histogram, percentile, expected", [
    (((1000, 50), (2000, 50)), "p50", 1.0),    # nearest rank: the 50th of 100
    (((1000, 49), (2000, 51)), "p50", 2.0),
    (((1000, 100),), "p90", None),             # 10 samples beyond: too few
    (((1000, 200),), "p90", 1.0),              # 20: enough
    (((1000, 1980), (9000, 20)), "p99", 1.0),
    (((1000, 1979), (9000, 21)), "p99", 9.0),
    (None, "p50", None),
    ((), "p50", None),
])
def test_percentiles_are_nearest_rank_with_enough_samples_beyond(histogram, percentile, expected):
    assert trial(histogram).latency_ms(percentile) == expected
