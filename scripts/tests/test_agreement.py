"""Agreement of two generators: pairs of valid trials only, and a verdict that needs its whole interval."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from accuracy.agreement import compare, exit_code, main, p50_of, read_pairs, text
from charts.json_reader import RunError
from charts.load_run import SCHEMA_VERSION


def write_trial(run: Path, driver: str, repetition: int, requests: int, p50: int, reason: str = "") -> None:
    folder = run / "trials"
    folder.mkdir(parents=True, exist_ok=True)
    trial = {"schema_version": SCHEMA_VERSION, "validity": "suspect" if reason else "ok",
             "reasons": [{"reason": reason, "detail": "why"}] if reason else [],
             "spec": {"driver": driver, "repetition": repetition, "purpose": "measure"},
             "result": {"requests": requests, "duration_us": 2_000_000, "latency_us": [[p50, 3], [p50 + 1000, 2]]}}
    (folder / f"{repetition:04}-{driver}.json").write_text(json.dumps(trial), encoding="utf-8")


def make_run(run: Path, factor: float, pairs: int = 20, spread: float = 0.0) -> Path:
    for repetition in range(1, pairs + 1):
        bend = 1 + spread * (-1) ** repetition
        write_trial(run, "wrk", repetition, 12_000, 10_000)
        write_trial(run, "interleave", repetition, round(12_000 * factor * bend), round(10_000 / factor / bend))
    return run


@pytest.mark.parametrize("factor,spread,word,code", [(1.01, 0.001, "they agree", 0), (0.95, 0.001, "they differ", 1),
                                                    (1.0, 0.08, "unclear", 4)])
def test_the_verdict_needs_the_whole_interval(tmp_path, factor, spread, word, code):
    pairs = read_pairs(make_run(tmp_path, factor, spread=spread))
    comparisons = compare(pairs)
    assert [(each.pairs, each.word) for each in comparisons] == [(20, word)] * 2
    assert exit_code(comparisons) == code
    assert comparisons[0].ratio.estimate == pytest.approx(factor, rel=0.01)
    assert comparisons[1].ratio.estimate == pytest.approx(1 / factor, rel=0.01)
    assert word in text(comparisons, pairs) and "doubted" not in text(comparisons, pairs)


def test_a_pair_with_a_trial_that_is_not_ok_is_left_out(tmp_path):
    run = make_run(tmp_path, 1.0, pairs=6)
    write_trial(run, "wrk", 3, 1, 1, reason="backend_late")
    pairs = read_pairs(run)
    assert len(pairs) == 5
    comparisons = compare(pairs)
    assert {each.word for each in comparisons} == {"too few pairs"} and exit_code(comparisons) == 4


def test_a_generator_that_only_doubts_itself_is_judged_and_the_doubt_is_said(tmp_path):
    run = make_run(tmp_path, 1.0)
    write_trial(run, "interleave", 3, 12_000, 10_000, reason="generator_suspect")
    pairs = read_pairs(run)
    assert len(pairs) == 20
    assert "In 1 of 20 pairs interleave-load doubted itself" in text(compare(pairs), pairs)


def test_p50_is_a_value_that_occurred():
    assert p50_of([(10, 1), (20, 1), (30, 1)]) == 20
    assert p50_of([(10, 1), (20, 1)]) == 10


def test_a_folder_without_trials_is_an_error_of_one_line(tmp_path, capsys):
    with pytest.raises(RunError, match="no trials"):
        read_pairs(tmp_path)
    assert main([str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("error: ")
