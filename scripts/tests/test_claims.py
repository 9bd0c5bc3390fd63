"""Claims: the files are whole, and the verdict follows from the launches' counters alone."""

from __future__ import annotations

import json
import tomllib

import pytest

from charts.json_reader import RunError
from charts.load_run import load_run
from report.claim_files import FOLDER, judge, load_claims
from report.claims import claims

EVIDENCE = '''
[[evidence]]
model = "libuv_loop"
counter = "max_in_flight"
at_least = 2
min_connections = 2
why = "several at once"
'''
CLAIM = f'id = "T1"\nstatement = "s"\nkind = "structural"\nabout = "a"\n{EVIDENCE}\n[verdict]\nsupported = "yes"\nrefuted = "no"\n'


def verdicts(run):
    return {claim.id: judge(claim, run).verdict for claim in load_claims()}


def change(folder, pattern, **counters):
    for path in (folder / "trials").glob(pattern):
        trial = json.loads(path.read_text())
        trial["server_final"].update(counters)
        path.write_text(json.dumps(trial))
        return path.stem
    raise AssertionError(pattern)


def test_every_claim_file_explains_both_verdicts():
    found = load_claims()
    assert [claim.id for claim in found] == ["A1", "A4", "A5", "A8"]
    for claim in found:
        assert claim.evidence and {"supported", "refuted"} <= claim.explanations.keys()
        known = {"id", "statement", "kind", "about", "evidence", "verdict"}
        assert tomllib.loads((FOLDER / f"{claim.id}.toml").read_text()).keys() == known


def test_claims_are_supported_only_where_measured(runs):
    run = load_run(runs["full"])  # without asio_loop, blocking_loop and thread_per_request
    assert verdicts(run) == {"A1": "supported", "A4": "supported", "A5": "not measured", "A8": "not measured"}
    assert set(verdicts(load_run(runs["no_trials"])).values()) == {"not measured"}


def test_one_launch_refutes(copy_run):
    folder = copy_run()
    name = change(folder, "*single_threaded-one_call-c64-r2*", max_in_flight=2)
    run = load_run(folder)
    assert verdicts(run)["A1"] == "refuted"
    section = claims(run)
    assert "A1 is refuted" in section.answer
    (row,) = [row for row in section.tables[0].rows if row[0].text == "A1"]
    assert (row[-1].text, row[4].text) == (f"contradicted by {name}", "1\xa0to\xa02")


def test_one_client_alone_says_nothing_of_concurrency(copy_run):
    folder = copy_run()
    change(folder, "*libuv_loop-one_call-c1-r1*", max_in_flight=1)
    assert verdicts(load_run(folder))["A4"] == "supported"


def test_a_launch_that_is_invalid_says_nothing(copy_run):
    folder = copy_run()
    name = change(folder, "*single_threaded-one_call-c64-r2*", max_in_flight=2)
    path = folder / "trials" / f"{name}.json"
    trial = json.loads(path.read_text())
    trial["validity"] = "invalid"
    path.write_text(json.dumps(trial))
    assert verdicts(load_run(folder))["A1"] == "supported"


@pytest.mark.parametrize("text, expected", [
    (CLAIM, None),
    (CLAIM.replace('"T1"', '"T2"'), "must be called by it"),
    (CLAIM.replace("max_in_flight", "speed"), "no counter 'speed': there are max_in_flight"),
    (CLAIM.replace("at_least = 2", ""), "needs one of equals, at_least, at_most"),
    (CLAIM.replace("at_least = 2", "at_least = 2\nequals = 2"), "needs one of"),
    (CLAIM.replace("min_connections = 2", ""), "min_connections: missing"),
    ("id = ", "cannot be read"),
])
def test_files_that_are_wrong_are_named(tmp_path, text, expected):
    (tmp_path / "T1.toml").write_text(text)
    if expected is None:
        assert load_claims(tmp_path)[0].evidence[0].holds(2)
        return
    with pytest.raises(RunError, match=expected) as problem:
        load_claims(tmp_path)
    assert "T1.toml" in str(problem.value)
