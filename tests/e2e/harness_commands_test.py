"""The commands of `interleave`, as a user meets them: what they print, how they exit, what they say when refused."""
import json
import os
import re
import resource
import subprocess

import jsonschema
import pytest
from harness_lab import BIN, ROOT, Lab, error_line


@pytest.fixture
def lab(tmp_path):
    laboratory = Lab(tmp_path)
    laboratory.add_server("fake_honest")
    laboratory.add_server("fake_liar", "no-call")
    return laboratory


@pytest.mark.parametrize("command", [[], ["run"], ["list"], ["verify"], ["summarize"], ["compare"], ["doctor"]])
def test_help_has_an_example_and_the_exit_codes(command):
    done = subprocess.run([BIN / "interleave", *command, "--help"], capture_output=True, text=True, timeout=10, check=True)
    assert "Example:" in done.stdout
    if command:
        assert "Exit codes:" in done.stdout


def test_version_names_the_commit_and_the_build():
    done = subprocess.run([BIN / "interleave", "--version"], capture_output=True, text=True, timeout=10, check=True)
    assert done.stdout.startswith("interleave 0.")


def test_lists_what_there_is(lab):
    assert "fake_honest  obeys the contract" in lab.call("list", "models")[1]
    models = json.loads(lab.call("list", "models", "--json")[1])
    assert [model["name"] for model in models] == ["fake_honest", "fake_liar"]
    assert "one_call" in lab.call("list", "workloads")[1]
    assert {plan["name"] for plan in json.loads(lab.call("list", "plans", "--json")[1])} >= {"quick", "smoke"}


def test_lists_the_claims_and_what_would_refute_them(lab):
    code, out, _ = lab.call("list", "claims")
    assert code == 0
    assert "A1  A single-threaded blocking server" in out
    assert "single_threaded with 2 or more connections: max_in_flight is not 1\n" in out
    claims = json.loads(lab.call("list", "claims", "--json")[1])
    assert [claim["name"] for claim in claims] == ["A1", "A4", "A5", "A8"]
    assert all(claim["evidence"] and claim["refuted"] for claim in claims)
    code, _, err = lab.call("list", "claim")
    assert (code, "claim" in error_line(err)) == (2, True)


def test_verify_passes_the_honest_and_fails_the_liar(lab):
    code, out, _ = lab.call("verify", "--models", "fake_honest", "--workloads", "one_call")
    assert (code, out.splitlines()[0]) == (0, "ok    fake_honest one_call: 2 checks")
    assert re.fullmatch(r"ok    fake_honest http: \d+ checks", out.splitlines()[1]), out
    assert len(out.splitlines()) == 2, out
    code, out, _ = lab.call("verify", "--models", "fake_liar", "--workloads", "one_call")
    assert code == 1
    assert out.startswith("FAIL  fake_liar one_call: verify_failed: ")


def test_dry_run_says_what_and_how_long_and_does_nothing(lab):
    code, out, _ = lab.run("--dry-run", repetitions=2)
    assert code == 0
    assert "4 trials, about " in out
    assert not lab.out.exists()


def test_a_dry_run_for_programs(lab):
    code, out, err = lab.run("--dry-run", "--json", "--models", "fake_honest", repetitions=2)
    assert (code, err) == (0, "")
    report = json.loads(out)
    jsonschema.validate(report, json.loads((ROOT / "docs" / "schemas" / "dry_run.schema.json").read_text()))
    assert [trial["model"] for trial in report["trials"]] == ["fake_honest"] * 2
    assert report["estimate_ns"] == 2 * (200_000_000 + 1_000_000_000 + 1_000_000_000)
    code, _, err = lab.run("--dry-run", "--quiet")
    assert (code, "choose one" in error_line(err)) == (2, True)


SECONDS = {"second": 1, "minute": 60, "hour": 3600}


def estimate_s(plan):
    """The length that a dry run of the real programs gives for a plan."""
    done = subprocess.run([BIN / "interleave", "run", "--plan", plan, "--dry-run"], capture_output=True, text=True,
                          timeout=60, check=True)
    clock = re.search(r"trials, about ([0-9:]+)$", done.stdout.strip())[1]
    return sum(int(part) * 60**place for place, part in enumerate(reversed(clock.split(":"))))


def test_every_plan_is_as_long_as_it_says(lab):
    stated = {}
    for plan in json.loads(lab.call("list", "plans", "--json")[1]):
        if length := re.search(r"about (\d+) (second|minute|hour)s?$", plan["description"]):
            stated[plan["name"]] = int(length[1]) * SECONDS[length[2]]
    assert set(stated) >= {"smoke", "quick", "models", "hello", "full"}
    for name, seconds in stated.items():
        assert 0.8 * seconds <= estimate_s(name) <= 1.2 * seconds, f"{name}: {estimate_s(name)} s"


def test_same_seed_same_order_other_seed_other_order(lab):
    def order(seed):
        return lab.run("--dry-run", "--seed", seed, repetitions=6)[1]
    assert order("1") == order("1")
    assert order("1") != order("2")


def test_a_run_leaves_a_summary_and_a_table(lab):
    code, out, err = lab.run("--models", "fake_honest")
    assert code == 0, err
    assert "req/s [95 %]" in out
    summary = json.loads((lab.out / "summary.json").read_text())
    assert [cell["model"] for cell in summary["cells"]] == ["fake_honest"]
    before = (lab.out / "summary.json").read_bytes()
    subprocess.run([BIN / "interleave", "summarize", lab.out], check=True, timeout=10, capture_output=True)
    assert (lab.out / "summary.json").read_bytes() == before
    assert not (lab.out / "scratch").exists()


def test_json_output_is_the_summary_and_nothing_else(lab):
    code, out, _ = lab.run("--models", "fake_honest", "--json")
    assert code == 0
    assert json.loads(out) == json.loads((lab.out / "summary.json").read_text())


def test_quiet_is_quiet(lab):
    assert lab.run("--models", "fake_honest", "--quiet") == (0, "", "")


@pytest.mark.parametrize("words, part", [
    (["--models", "fake_honst"], "did you mean 'fake_honest'?"),
    (["--workloads", "one_cal"], "did you mean 'one_call'?"),
    (["--connections", "0"], "--connections"),
    (["--duration", "5"], "want a time with its unit"),
    (["--nonsense"], "--nonsense"),
])
def test_wrong_usage_is_one_line_and_exit_2(lab, words, part):
    code, _, err = lab.run(*words)
    assert code == 2
    assert part in error_line(err)


def test_an_unknown_plan_is_refused_with_a_suggestion(lab):
    code, _, err = lab.call("run", "--plan", "quik")
    assert code == 2
    assert "did you mean 'quick'?" in error_line(err)


def test_missing_wrk_is_refused_with_advice(lab):
    lab.environment["PATH"] = str(lab.bin)
    code, _, err = lab.run("--models", "fake_honest")
    assert code == 2
    assert "wrk is not installed: run scripts/install_deps.sh" in error_line(err)


def test_missing_backend_is_refused_with_advice(lab):
    (lab.bin / "interleave-backend").unlink()
    code, _, err = lab.run("--models", "fake_honest")
    assert code == 2
    assert "make build" in error_line(err)


def test_a_folder_that_cannot_be_written_is_refused(lab):
    (lab.folder / "out").write_text("a file where the folder should be")
    code, _, err = lab.run("--models", "fake_honest")
    assert code == 2
    assert "cannot store results in" in error_line(err)


def test_a_finished_run_is_not_overwritten(lab):
    lab.run("--models", "fake_honest", "--quiet")
    code, _, err = lab.run("--models", "fake_honest")
    assert code == 2
    assert "there is a run already" in error_line(err)


def test_a_full_disk_is_one_line(lab):
    """A limit on the size of files stands for the full disk: writes fail in the same place."""
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))
    process = subprocess.run(lab.command("run", "--plan", lab.plan(), "--out", str(lab.out), "--models", "fake_honest"),
                             capture_output=True, text=True, timeout=60, env=lab.environment, check=False, preexec_fn=limit)
    assert process.returncode == 1, process.stderr
    assert str(lab.out) in error_line(process.stderr)
    assert not list(lab.out.rglob("*.tmp*"))


def doctor(lab):
    """What the doctor says, by subject, and its verdict."""
    code, out, err = lab.call("doctor", "--json")
    report = json.loads(out)
    jsonschema.validate(report, json.loads((ROOT / "docs" / "schemas" / "doctor.schema.json").read_text()))
    assert (code, err) == (0 if report["fit"] else 1, "")
    return {finding["subject"]: finding for finding in report["findings"]}, report["fit"]


def test_doctor_looks_at_everything(lab):
    findings, _ = doctor(lab)
    assert set(findings) >= {"cores", "SMT", "governor", "power", "steal", "load", "memory", "descriptors", "threads",
                             "somaxconn", "ports", "timer", "disk", "wrk", "redis-cli", "python", "build"}
    _, out, _ = lab.call("doctor")
    for subject in findings:
        assert f"  {subject} " in out, out
    assert "\x1b" not in out, "colour is for terminals"


def test_doctor_fails_without_wrk_and_says_what_to_do(lab):
    lab.environment["PATH"] = str(lab.bin)
    findings, fit = doctor(lab)
    assert not fit
    assert findings["wrk"] == {"subject": "wrk", "health": "fail", "text": "not installed",
                               "advice": "run scripts/install_deps.sh, or apt-get install wrk"}


def test_doctor_finds_a_python_package_that_is_there_and_broken(lab, tmp_path):
    (tmp_path / "numpy.py").write_text('raise ImportError("built for another interpreter")\n')
    lab.environment["PYTHONPATH"] = str(tmp_path)
    findings, fit = doctor(lab)
    assert not fit
    assert findings["python"]["health"] == "fail" and "cannot import" in findings["python"]["text"]
    assert "numpy" in findings["python"]["text"]


def test_the_project_is_found_from_the_program_and_a_wrong_root_refused(lab):
    lab.environment["INTERLEAVE_ROOT"] = "/nowhere"
    code, _, err = lab.call("list", "plans")
    assert code == 2
    assert "INTERLEAVE_ROOT" in error_line(err)
    assert os.path.isdir(ROOT / "workloads")


def test_results_name_no_folder_of_their_owner(lab):
    lab.environment["HOME"] = str(lab.folder)
    code, out, err = lab.run("--models", "fake_honest,fake_liar")
    assert code == 4, out + err  # the liar is found out
    files = [lab.out / "run.json", lab.out / "summary.json", *(lab.out / "trials").iterdir()]
    assert len(files) == 4
    for file in files:
        for folder in (lab.folder, ROOT):
            assert str(folder) not in file.read_text(), file
    [server] = [trial["processes"]["server"]["command"] for trial in lab.trials()
                if trial["spec"]["model"] == "fake_honest"]
    assert server[0] == "~/bin/interleave-server-fake_honest"
    assert server[server.index("--workload") + 1] == "workloads/one_call.toml"


def test_an_unknown_command_is_named(lab):
    code, out, err = lab.call_plain("comapre", "a", "b")
    assert (code, out) == (2, "")
    assert error_line(err) == "error: unknown command 'comapre' (did you mean 'compare'?) (see --help)"
