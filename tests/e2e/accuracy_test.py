"""`make accuracy`, one experiment at a time: that it is complete and that it notices. How accurate is for it to say."""
import json
import os
import subprocess
from pathlib import Path

import jsonschema

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ["INTERLEAVE_BIN_DIR"])
SCRIPT = ROOT / "scripts" / "accuracy" / "main.py"
SCHEMA = json.loads((ROOT / "docs" / "schemas" / "accuracy.schema.json").read_text())
DEADLINE_S = 60
# Agreement is a matter of the machine, and this one may be busy: all agree, something does not, suspect.
ANY_VERDICT = (0, 1, 4)


def run(folder, *arguments, bins=BIN):
    out = folder / "accuracy.json"
    done = subprocess.run(["/usr/bin/python3", "-B", str(SCRIPT), "--bin", str(bins), "--out", str(out), *arguments],
                          capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    if not out.exists():
        return done, None
    result = json.loads(out.read_text())
    jsonschema.validate(result, SCHEMA)
    return done, result


def test_a_queue_is_measured_and_every_request_accounted_for(tmp_path):
    done, result = run(tmp_path, "--only", "four servers 70%", "--seconds", "0.5")
    assert done.returncode in ANY_VERDICT, done.stderr
    assert "four servers 70%" in done.stdout
    (repetition,) = result["repetitions"]
    (row,) = repetition["queues"].values()
    assert 100 < row["requests"] < 300  # Poisson of mean 175
    assert (done.returncode == 1) == (row["validity"] == "ok" and not row["ok"])
    for percentile in ("p50", "p90", "p99"):
        assert row["percentiles"][percentile]["oracle_ms"] > 0


def test_repetitions_can_be_added_with_seeds_of_their_own(tmp_path):
    for _ in range(2):
        done, result = run(tmp_path, "--only", "one server 50%", "--seconds", "0.2", "--add")
        assert done.returncode in ANY_VERDICT, done.stderr
    assert [repetition["seed"] for repetition in result["repetitions"]] == [1, 2]


# Whatever the machine does, no request meant for the freeze can be answered before its end: a generator that waits
# with sending (coordinated omission) has too few of them, or too short ones.
def test_a_frozen_server_shows_in_every_request_meant_for_that_time(tmp_path):
    done, result = run(tmp_path, "--only", "frozen")
    assert done.returncode in ANY_VERDICT, done.stderr
    row = result["repetitions"][0]["freeze"]
    assert row["froze_s"] >= 2
    assert abs(row["requests"] - row["planned"]) <= 1
    assert row["longest_ms"] >= 1e3 * row["froze_s"] - 1e3 / 200


def test_a_generator_that_reports_too_little_is_found_out(tmp_path):
    bins = tmp_path / "bin"
    bins.mkdir()
    (bins / "oracle-server").symlink_to(BIN / "oracle-server")
    liar = bins / "interleave-load"
    liar.write_text(f"""#!/usr/bin/python3
import json, subprocess, sys
code = subprocess.run(["{BIN}/interleave-load", *sys.argv[1:]]).returncode
if "--json" in sys.argv:
    path = sys.argv[sys.argv.index("--json") + 1]
    report = json.load(open(path))
    report["response_time_ns"]["p99"] = report["response_time_ns"]["p99"] // 2
    report["validity"] = "ok"
    json.dump(report, open(path, "w"))
sys.exit(code)
""", encoding="utf-8")
    liar.chmod(0o755)
    done, result = run(tmp_path, "--only", "one server 70%", "--seconds", "0.5", bins=bins)
    assert done.returncode == 1, done.stderr
    assert not result["repetitions"][0]["queues"]["one server 70%"]["percentiles"]["p99"]["ok"]


def test_without_the_programs_it_says_what_to_do(tmp_path):
    done, _ = run(tmp_path, bins=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ") and "make build" in done.stderr
