"""`interleave trace`, and the weaves of a run: real servers, real traces."""

from __future__ import annotations

import json
import subprocess
from itertools import pairwise

import jsonschema
import pytest

from harness_lab import BIN, DEADLINE_S, ROOT, Lab
from perfetto import validate

MODELS = {"single_threaded": 1, "thread_pool": 2, "thread_per_request": 8, "libuv_loop": 1, "asio_loop": 1}  # lanes
SCHEMA = json.loads((ROOT / "docs" / "schemas" / "weave.schema.json").read_text())


def interleave(*words, **options):
    return subprocess.run([str(BIN / "interleave"), *map(str, words)], capture_output=True, text=True,
                          timeout=DEADLINE_S, check=False, **options)


@pytest.mark.parametrize("model", MODELS)
def test_trace_writes_what_viewers_and_charts_read(model, tmp_path):
    perfetto, compact = tmp_path / "w.perfetto.json", tmp_path / "w.json"
    done = interleave("trace", model, "weave", "--out", perfetto, "--json", compact)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{model}, 8 requests of weave at once")
    validate(json.loads(perfetto.read_text()))
    weave = json.loads(compact.read_text())
    jsonschema.Draft7Validator(SCHEMA).validate(weave)
    assert weave["lanes"] == MODELS[model]
    assert len(weave["finish_ns"]) == 5
    assert sorted(weave["finish_ns"])[2] == weave["finish_ns"][weave["kept"]]
    assert [request["name"] for request in weave["requests"]] == list("ABCDEFGH")
    for request in weave["requests"]:
        spans = request["spans"]
        assert spans[0]["begin_ns"] == request["sent_ns"]
        assert all(a["end_ns"] == b["begin_ns"] for a, b in pairwise(spans))
        backend = [span["end_ns"] - span["begin_ns"] for span in spans if span["op"] == "backend"]
        assert len(backend) == 1 and backend[0] >= 20_000_000
        assert request["received_ns"] >= 22_000_000 - 1_000_000  # the CPU work is calibrated, not a time
    assert sorted(path.name for path in tmp_path.iterdir()) == ["w.json", "w.perfetto.json"]


def test_predictions_are_those_of_the_model(tmp_path):
    """176 ms one by one; 88 or 92 ms in pairs; 29 ms in a loop, whatever the machine."""
    predicted = {}
    for model in ("single_threaded", "thread_pool", "libuv_loop"):
        assert interleave("trace", model, "weave", "--out", tmp_path / "p", "--json", tmp_path / "w").returncode == 0
        weave = json.loads((tmp_path / "w").read_text())
        predicted[model] = weave["predicted_finish_ns"] / 1e6
    assert predicted == {"single_threaded": 176, "thread_pool": 88 if weave["cores"] > 1 else 92, "libuv_loop": 29}


@pytest.mark.parametrize("words, error", [
    (["ceiling", "hello"], "error: 'ceiling' records no trace"),
    (["libuv_lop", "weave"], "error: unknown model 'libuv_lop' (did you mean 'libuv_loop'?)"),
    (["libuv_loop", "weav"], "error: unknown workload 'weav' (did you mean 'weave'?)"),
])
def test_what_cannot_be_traced_is_refused(words, error, tmp_path):
    done = interleave("trace", *words, "--out", tmp_path / "p")
    assert done.returncode == 2 and done.stderr.startswith(error)
    assert not list(tmp_path.iterdir())


def test_an_output_that_cannot_be_written_is_refused_before_the_work(tmp_path):
    done = interleave("trace", "libuv_loop", "weave", "--out", tmp_path / "nowhere" / "p")
    assert done.returncode == 2 and done.stderr == f"error: {tmp_path}/nowhere/p: its folder does not exist: create it first\n"


def test_a_run_keeps_a_weave_of_each_model_that_can_be_traced(tmp_path):
    lab = Lab(tmp_path)
    for model in ("libuv_loop", "thread_pool"):
        (lab.bin / f"interleave-server-{model}").symlink_to(BIN / f"interleave-server-{model}")
    lab.add_server("untraced")
    plan = tmp_path / "woven.toml"
    plan.write_text('name = "woven"\ndescription = "test"\nworkloads = ["one_call"]\nconnections = [4]\nrepetitions = 1\n'
                    'warmup = "100ms"\nduration = "200ms"\nweave = true\n[calibration]\nrepetitions = 0\n')
    code, _, err = lab.call("run", "--plan", str(plan), "--out", str(lab.out))
    assert code == 0, err
    woven = sorted(path.name for path in (lab.out / "weave").iterdir())
    assert woven == [f"{model}{kind}.json" for model in ("libuv_loop", "thread_pool") for kind in ("", ".perfetto")]
    for path in (lab.out / "weave").iterdir():
        content = json.loads(path.read_text())
        validate(content) if "perfetto" in path.name else jsonschema.Draft7Validator(SCHEMA).validate(content)
    assert lab.run_json()["plan"]["weave"] is True
    assert not lab.run_json()["warnings"] or all("weave" not in w["text"] for w in lab.run_json()["warnings"])
