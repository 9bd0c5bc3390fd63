"""The measured part of docs/calibration.md: exact bounds, every live gate counted, nothing else touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from calibration_table import BEGIN, END, clopper_pearson, main

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("case", json.loads((ROOT / "harness/stats/reference.json").read_text())["proportions"])
def test_bounds_are_those_of_scipy(case):
    low, high = clopper_pearson(case["happened"], case["trials"], case["level"])
    assert (low, high) == pytest.approx((case["low"], case["high"]), abs=1e-8)


def gate(inject, code, *regressions):
    return {"fingerprint": "0" * 16, "inject": inject, "exit": code,
            "figures": [{"figure": name, "verdict": "REGRESSION"} for name in regressions]}


def test_every_gate_counts_and_the_rest_of_the_document_stays(tmp_path):
    log, resampled, document = (tmp_path / name for name in ("gates.ndjson", "resampled.md", "calibration.md"))
    gates = [gate("", 0), gate("", 3, "p50_ms"), gate("", 4), gate("cpu=10%", 3, "p50_ms"),
             gate("cpu=10%", 3, "cpu_us_per_request")]
    log.write_text("".join(json.dumps(one) + "\n" for one in gates))
    resampled.write_text("RESAMPLED\n")
    document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    words = [str(log), "--resampled", str(resampled), "--document", str(document)]
    assert main(words) == 0
    text = document.read_text()
    assert text.startswith(f"before\n{BEGIN}\n") and text.endswith(f"{END}\nafter\n") and "old" not in text
    assert "| equal builds: false alarms | 1/2 | 1 to 99 % | 1 |" in text
    assert "| cpu +10 %: found | 1/2 | 1 to 99 % | 0 |" in text
    assert "| delay +20 %: found | not yet measured | | 0 |" in text and "RESAMPLED" in text
    log.write_text("{")
    assert main(words) == 1 and document.read_text() == text
