"""The verdicts on the cost of tracing, from figures that are given."""

from __future__ import annotations

import pytest
import trace_cost
from floors.signed_rank import Centre
from trace_cost import exit_code, main, ratio_of, ratio_verdict, rows_of


@pytest.mark.parametrize("low, high, verdict", [(0.98, 1.02, "met"), (0.97, 1.03, "met"), (0.99, 1.04, "not resolved"),
                                                (0.9, 1.1, "not resolved"), (1.031, 1.05, "MISSED"),
                                                (0.9, 0.96, "MISSED")])
def test_the_whole_interval_must_lie_within_the_limit(low, high, verdict):
    assert ratio_verdict(Centre((low + high) / 2, low, high)) == verdict


def test_the_ratio_is_of_pairs_whatever_the_machine_did_between_them():
    pairs = [{"off": 10.1 * drift, "compiled_out": 10.0 * drift} for drift in (1, 2, 0.5, 3, 1.5, 1.1, 0.9, 2.5)]
    ratio = ratio_of(pairs)
    assert (ratio.estimate, ratio.low, ratio.high) == (pytest.approx(1.01),) * 3


def result(**changes):
    pairs = [{"off": 10.0, "compiled_out": 10.0}] * 20
    return {"model": "libuv_loop", "pairs": pairs, "ratio": vars(ratio_of(pairs)), "event_ns": 12.0,
            "instructions": {"session_hello": [1000.0, 1000.0]}, **changes}


@pytest.mark.parametrize("changes, code", [
    ({}, 0), ({"event_ns": 51.0}, 3), ({"instructions": {"session_hello": [1006.0, 1000.0]}}, 3),
    ({"instructions": {"session_hello": [1004.0, 1000.0]}}, 0),
    ({"ratio": {"estimate": 1.0, "low": 0.95, "high": 1.05}}, 4), ({"ratio": None, "pairs": []}, 0)])
def test_each_limit_decides_on_the_exit_code(changes, code):
    assert exit_code(rows_of(result(**changes))) == code


def test_a_build_with_hooks_is_not_taken_for_one_without(tmp_path, capsys):
    for side in ("release", "notrace"):
        (tmp_path / side / "bin").mkdir(parents=True)
        (tmp_path / side / "bin" / "interleave-server-libuv_loop").touch()
        (tmp_path / side / "CMakeCache.txt").write_text("INTERLEAVE_TRACE:BOOL=ON\n")
    words = ["--build", str(tmp_path / "release"), "--compiled-out", str(tmp_path / "notrace"), "--out",
             str(tmp_path / "cost.json")]
    assert main(words) == 1
    assert "is built with its hooks" in capsys.readouterr().err
    assert not (tmp_path / "cost.json").exists()
    assert main([*words, "--model", "none"]) == 1
    assert "run make trace-cost" in capsys.readouterr().err


def test_pairs_that_give_no_interval_are_refused():
    with pytest.raises(SystemExit) as refused:
        main(["--pairs", "5"])
    assert refused.value.code == 2
    assert trace_cost.fewest_pairs() == 6
