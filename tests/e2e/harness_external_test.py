"""External servers: a TOML file names a command, and the harness treats it like a server of its own."""
import json
import signal

import pytest
from harness_lab import FAKES, Lab, wait_until


@pytest.fixture(name="lab")
def fixture_lab(tmp_path):
    laboratory = Lab(tmp_path)
    laboratory.add_server("fake_honest")
    return laboratory


def add_external(lab, name, *more, command=None, fault="none"):
    words = command or ["/usr/bin/python3", "-B", "{folder}/fake_server.py", "--name", name, "--fault", fault]
    if not (lab.externals / "fake_server.py").exists():
        (lab.externals / "fake_server.py").symlink_to(FAKES / "fake_server.py")
    lines = [f'name = "{name}"', f"command = {json.dumps(words)}", *more]
    (lab.externals / f"{name}.toml").write_text("\n".join(lines) + "\n")


def models(lab):
    return {model["name"]: model for model in json.loads(lab.call("list", "models", "--json")[1])}


def test_it_is_listed_verified_and_measured_like_any_other(lab):
    add_external(lab, "fake_external")
    assert models(lab)["fake_external"]["command"][2] == str(lab.externals / "fake_server.py")
    code, out, _ = lab.call("verify", "--workloads", "one_call")
    assert code == 0
    assert "ok    fake_external one_call: 2 checks\n" in out
    code, _, err = lab.run("--connections", "4")
    assert code == 0, err
    assert {trial["spec"]["model"] for trial in lab.trials()} == {"fake_honest", "fake_external"}
    (trial,) = [trial for trial in lab.trials() if trial["spec"]["model"] == "fake_external"]
    assert trial["validity"] != "invalid" and trial["accounting"]["three_way"]
    assert trial["processes"]["server"]["command"][:2] == ["/usr/bin/python3", "-B"]


def test_a_lie_of_it_is_found_out(lab):
    add_external(lab, "fake_external", fault="no-call")
    code, out, _ = lab.call("verify", "--models", "fake_external", "--workloads", "one_call")
    assert code == 1
    assert "FAIL  fake_external one_call: verify_failed: " in out


def test_what_is_missing_or_not_supported_is_skipped_with_its_reason(lab):
    add_external(lab, "no_program", 'install = "apt-get install no-such"', command=["/no/such/program"])
    add_external(lab, "no_package", fault="unsupported")
    add_external(lab, "wrong_name", command=["/usr/bin/python3", "{folder}/fake_server.py", "--name", "other"])
    code, _, err = lab.run("--connections", "4")
    assert code == 0, err
    skipped = {entry["model"]: entry["reason"] for entry in lab.run_json()["skipped"]}
    assert skipped == {"no_program": "/no/such/program is not installed: apt-get install no-such",
                       "no_package": "error: needs hardware that nobody has",
                       "wrong_name": "calls itself 'other'; the name must be the file's"}
    assert "no_program: skipped, /no/such/program is not installed" in err
    code, _, err = lab.call("verify", "--models", "no_program")
    assert code == 2
    assert "model 'no_program' cannot run here: /no/such/program is not installed" in err


def test_one_that_is_named_and_cannot_run_here_does_not_stop_the_others(lab):
    add_external(lab, "no_package", fault="unsupported")
    code, _, err = lab.run("--models", "no_package,fake_honest", "--connections", "4")
    assert code == 0, err
    assert "no_package: skipped, error: needs hardware that nobody has" in err
    assert lab.run_json()["skipped"] == [{"model": "no_package", "reason": "error: needs hardware that nobody has"}]
    assert {trial["spec"]["model"] for trial in lab.trials()} == {"fake_honest"}
    code, _, err = lab.run("--models", "no_package", "--connections", "4")
    assert code == 2 and "model 'no_package' cannot run here: error: needs hardware" in err


@pytest.mark.parametrize("text, part", [
    ('name = "broken"\ncomand = ["a"]\n', "broken.toml:2:1: unknown key 'comand' (did you mean 'command'?)"),
    ('name = "broken"\ncommand = ["{root}/a"]\n', "broken.toml:2:12: '{root}/a': unknown placeholder"),
    ('name = "broken\n', "broken.toml:1:"),
])
def test_a_file_that_cannot_be_honoured_is_refused_with_its_place(lab, text, part):
    (lab.externals / "broken.toml").write_text(text)
    code, _, err = lab.call("list", "models")
    assert code == 2
    assert err.startswith("error: ") and err.count("\n") == 1
    assert part in err


def test_two_servers_of_one_name_are_refused(lab):
    add_external(lab, "fake_honest")
    code, _, err = lab.call("list", "models")
    assert code == 2
    assert "two servers are named 'fake_honest'" in err and "fake_honest.toml" in err


def test_a_folder_that_is_not_there_is_refused(lab):
    lab.externals = lab.folder / "nowhere"
    code, _, err = lab.call("list", "models")
    assert code == 2
    assert "--servers" in err and "no such folder" in err


def test_an_interrupted_run_with_it_goes_on_as_it_says(lab):
    add_external(lab, "fake_external")
    process = lab.start("--connections", "4", repetitions=2)
    try:
        wait_until(lambda: lab.out.exists() and list(lab.out.glob("trials/*.json")), "the first trial")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert f"--resume {lab.out} --bin-dir {lab.bin} --servers {lab.externals}" in err
    code, _, err = lab.call("run", "--resume", str(lab.out))
    assert code == 0, err
    assert len(lab.trials()) == 4
