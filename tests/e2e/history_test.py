"""`interleave history` as a process: what it keeps of runs and gates, what it refuses, and that it never judges."""
import json
import os
import resource
import shutil
import subprocess

import jsonschema
import pytest
from harness_lab import BIN, FAKES, ROOT, Lab


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """A lab with one run and one gate of the fake server; nothing in it is changed by a test."""
    lab = Lab(tmp_path_factory.mktemp("history"))
    lab.add_server("fake_honest")
    code, _, err = lab.run("--models", "fake_honest", "--quiet", "--no-pin", repetitions=3, duration="200ms")
    assert code == 0, err
    server = f"/usr/bin/python3 {FAKES / 'fake_server.py'} --name fake --fault none --after 50"
    lab.gate = lab.folder / "gate"
    code, out, err = lab.call("regress", "--base-cmd", server, "--head-cmd", server, "--pairs", "5", "--confirm-pairs", "7",
                              "--warmup", "50ms", "--duration", "100ms", "--connections", "4", "--no-pin",
                              "--out", str(lab.gate))
    assert code in (0, 3), out + err
    return lab


@pytest.fixture
def file(tmp_path):
    return tmp_path / "history.ndjson"


def history(*words, **options):
    done = subprocess.run([BIN / "interleave", "history", *map(str, words)], capture_output=True, text=True, timeout=30,
                          check=False, **options)
    return done.returncode, done.stdout, done.stderr


def add(folder, file, commit, *words):
    code, out, err = history("add", folder, "--file", file, "--commit", commit, *words)
    assert code == 0, err
    return out


def schema(name):
    found = json.loads((ROOT / "docs/schemas" / f"{name}.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(found)
    return jsonschema.Draft7Validator(found)


def entries(file):
    return [json.loads(line) for line in file.read_text().splitlines()]


def error_line(err):
    assert err.startswith("error: ") and len(err.splitlines()) == 1, err
    return err


def test_a_line_is_what_the_run_says_and_what_the_schema_says(measured, file):
    add(measured.out, file, "abc")
    (entry,) = entries(file)
    schema("history").validate(entry)
    run, summary = measured.run_json(), measured.summary()
    assert (entry["commit"], entry["source"], entry["hostname"]) == ("abc", run["id"], run["host"]["hostname"])
    for name in ("cpu_model", "kernel", "cpus_online", "governor"):
        assert entry["machine"][name] == run["host"][name]
    assert entry["machine"]["flags"] == run["software"]["flags"]
    (cell,) = entry["cells"]
    assert cell["figures"]["throughput_rps"]["estimate"] == pytest.approx(
        summary["cells"][0]["throughput_rps"]["estimate"], rel=1e-5)
    entry["machine"]["surprise"] = 1
    assert not schema("history").is_valid(entry)


def test_a_gate_gives_its_head(measured, file, tmp_path):
    gate = shutil.copytree(measured.gate, tmp_path / "gate")
    verdict = json.loads((gate / "verdict.json").read_text())
    (throughput,) = [figure for figure in verdict["figures"] if figure["figure"] == "throughput_rps"]
    throughput["head"] = [90.0, 100.0, 120.0]  # known, whatever a busy machine has made void
    (gate / "verdict.json").write_text(json.dumps(verdict))
    add(gate, file, "abc")
    (entry,) = entries(file)
    schema("history").validate(entry)
    assert entry["conditions"]["plan"] == "gate"
    (cell,) = entry["cells"]
    assert cell["figures"]["throughput_rps"]["estimate"] == 100
    code, _, err = history("add", gate, "--file", file)
    assert code == 2 and "does not say which commit it measured" in error_line(err)


def test_show_compares_with_the_commit_before_and_never_judges(measured, file):
    for commit in ("aaa", "bbb"):
        add(measured.out, file, commit)
    lines = entries(file)
    # The second as the same machine at another time, five times as slow; ok and intervals of 1 %, whatever today's noise.
    lines[1]["started_utc"] = "2099-01-11T00:00:00Z"
    for factor, line in zip((1, 5), lines):
        line["cells"][0]["validity"] = "ok"
        for value in line["cells"][0]["figures"].values():
            value.update({key: value["estimate"] * factor * share
                          for key, share in (("estimate", 1), ("low", 0.99), ("high", 1.01))})
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    code, out, err = history("show", "--file", file, "--figures", "cpu_us_per_request")
    assert (code, err) == (0, "")
    assert "+400.0 % *" in out and "A trend, not a verdict" in out
    code, out, _ = history("show", "--file", file, "--json")
    assert code == 0
    report = json.loads(out)
    schema("history_report").validate(report)
    (machine,) = report["machines"]
    assert machine["commits"] == ["aaa", "bbb"]
    changes = {series["figure"]: series["change_percent"] for series in machine["series"]}
    assert changes["cpu_us_per_request"] == changes["throughput_rps"] == pytest.approx(400)


def test_the_charts_find_the_same_machine(measured, file, tmp_path):
    for commit in ("aaa", "bbb"):
        add(measured.out, file, commit)
    folder = tmp_path / "run"
    shutil.copytree(measured.out, folder)
    done = subprocess.run(["/usr/bin/python3", ROOT / "scripts/charts/main.py", folder, "--only", "S15", "--history", file,
                           "--interleave", BIN / "interleave"], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == [str(folder / f"figures/S15-one_call.{kind}") for kind in ("svg", "png")]


def test_another_machine_is_another_table(measured, file):
    add(measured.out, file, "aaa")
    add(measured.gate, file, "bbb")  # measured in another way: no neighbour either
    code, out, _ = history("show", "--file", file, "--json")
    machines = json.loads(out)["machines"]
    assert code == 0 and [machine["commits"] for machine in machines] == [["aaa"], ["bbb"]]
    assert all(series["change_percent"] is None for machine in machines for series in machine["series"])


def test_a_commit_twice_is_refused_or_replaced(measured, file):
    add(measured.out, file, "abc")
    before = file.read_text()
    code, _, err = history("add", measured.out, "--file", file, "--commit", "abc")
    assert code == 2 and f"{file}:1: commit abc is there already" in error_line(err)
    assert file.read_text() == before
    add(measured.out, file, "abc", "--replace")
    assert file.read_text() == before


def test_a_line_that_is_no_entry_is_named(measured, file):
    add(measured.out, file, "abc")
    file.write_text(file.read_text() + '{"schema_version": 1, "commi')
    for words in (["show"], ["add", measured.out, "--commit", "def"]):
        code, out, err = history(*words, "--file", file)
        assert (code, out) == (2, "") and f"{file}:2: truncated or not JSON" in error_line(err)


@pytest.mark.parametrize("words, problem", [
    (["add", "/nowhere"], "/nowhere holds neither a run nor a gate"),
    (["show", "--file", "/nowhere/history.ndjson"], "/nowhere/history.ndjson: no such history"),
    (["show", "--figures", "speed"], "--figures 'speed': there are cpu_us_per_request"),
    ([], "subcommand is required"),
])
def test_wrong_usage_is_one_line(words, problem):
    code, out, err = history(*words)
    assert (code, out) == (2, "") and problem in error_line(err)


def test_a_gate_that_has_not_ended_is_refused(measured, tmp_path, file):
    (tmp_path / "gate.json").write_text((measured.gate / "gate.json").read_text())
    code, _, err = history("add", tmp_path, "--file", file)
    assert code == 2 and "verdict.json: cannot be read" in error_line(err) and not file.exists()


def test_a_run_that_has_not_ended_is_refused(measured, tmp_path, file):
    run = measured.run_json()
    run["complete"] = False
    (tmp_path / "run.json").write_text(json.dumps(run))
    code, _, err = history("add", tmp_path, "--file", file)
    assert code == 2 and "the run is not complete" in error_line(err)


def test_changes_that_are_no_commit_are_refused(measured, tmp_path, file):
    run = measured.run_json()
    run["commit"] = "0123456789ab-modified"
    (tmp_path / "run.json").write_text(json.dumps(run))
    (tmp_path / "trials").symlink_to(measured.out / "trials")
    code, _, err = history("add", tmp_path, "--file", file)
    assert code == 2 and "changes that are no commit" in error_line(err)


def test_a_full_disk_keeps_the_old_history(measured, file):
    add(measured.out, file, "abc")
    before = file.read_text()

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 100, len(before) + 100))
    code, _, err = history("add", measured.out, "--file", file, "--commit", "def", preexec_fn=limit)
    assert code == 1 and f"cannot write {file}" in error_line(err)
    assert file.read_text() == before and os.listdir(file.parent) == [file.name]


def test_a_folder_that_is_not_there_is_told(measured, tmp_path):
    code, _, err = history("add", measured.out, "--file", tmp_path / "none" / "h.ndjson", "--commit", "abc")
    assert code == 1 and "cannot write" in error_line(err) and "No such file or directory" in err


@pytest.mark.parametrize("words", [[], ["add"], ["show"]])
def test_help_has_an_example(words):
    code, out, _ = history(*words, "--help")
    assert code == 0 and "Example:" in out and "Exit codes:" in out
