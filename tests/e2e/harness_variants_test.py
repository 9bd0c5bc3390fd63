"""Variants: a server with options of its own under a new name, compared like any other model."""
import json
import signal

import pytest
from harness_lab import BIN, Lab, error_line, wait_until

SMALL = "pool_2=thread_pool --threads 2"
LARGE = "pool_4=thread_pool --threads=4"


@pytest.fixture(name="lab")
def fixture_lab(tmp_path):
    laboratory = Lab(tmp_path)
    (laboratory.bin / "interleave-server-thread_pool").symlink_to(BIN / "interleave-server-thread_pool")
    return laboratory


def test_sizes_of_a_pool_are_measured_and_predicted_side_by_side(lab):
    code, _, err = lab.run("--variant", SMALL, "--variant", LARGE, "--models", "pool_2,pool_4", connections="[16]", calibration=1)
    assert code in (0, 4), err  # 4: the machine, not the variants
    models = {model["name"]: model for model in lab.run_json()["models"]}
    assert {name: model["in_flight_limit"] for name, model in models.items()} == {"pool_2": 2, "pool_4": 4}
    assert models["pool_2"]["summary"].endswith(" [thread_pool --threads 2]")
    measured = {trial["spec"]["model"]: trial for trial in lab.trials() if trial["spec"]["purpose"] == "measure"}
    assert {name: trial["server_final"]["max_in_flight"] for name, trial in measured.items()} == {"pool_2": 2, "pool_4": 4}
    assert measured["pool_4"]["processes"]["server"]["command"][1] == "--threads=4"


def test_they_are_listed_and_verified(lab):
    listed = json.loads(lab.call("list", "models", "--json", "--variant", SMALL)[1])
    assert [model["name"] for model in listed] == ["thread_pool", "pool_2"]
    code, out, err = lab.call("verify", "--variant", SMALL, "--models", "pool_2", "--workloads", "one_call")
    assert code == 0, out + err
    assert [line.rsplit(" ", 2)[0] for line in out.splitlines()] == ["ok    pool_2 one_call:", "ok    pool_2 http:"]


def test_the_weave_has_as_many_workers_as_the_variant_says(lab):
    file = lab.folder / "weave.json"
    code, _, err = lab.call("trace", "pool_4", "weave", "--variant", LARGE, "--out", str(lab.folder / "p.json"), "--json", str(file))
    assert code == 0, err
    assert json.loads(file.read_text())["in_flight_limit"] == 4


@pytest.mark.parametrize(("variant", "message"), [
    ("pool_2=thred_pool --threads 2", "--variant 'pool_2': unknown model 'thred_pool' (did you mean 'thread_pool'?)"),
    ("pool_2=thread_pool --thread 2", "--variant 'pool_2': --describe failed: exit 2: "),
    ("thread_pool=thread_pool --threads 2", "--variant 'thread_pool': there is a server of that name"),
    ("pool_2=thread_pool", "no option, so nothing to compare"),
    ("pool-2=thread_pool --threads 2", "the name: use 1 to 64 of a-z, 0-9 and _"),
])
def test_what_cannot_be_honoured_is_refused(lab, variant, message):
    code, out, err = lab.call("run", "--variant", variant, "--out", str(lab.out))
    assert (code, out) == (2, "")
    assert message in error_line(err)
    assert not lab.out.exists()


def test_a_run_goes_on_only_with_the_same_variant(lab):
    process = lab.start("--variant", SMALL, "--models", "pool_2", repetitions=3)
    wait_until(lambda: list((lab.out / "trials").glob("*.json")), "a trial")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert f"--variant '{SMALL}'" in err
    code, _, err = lab.call("run", "--resume", str(lab.out))
    assert (code, "pool_2" in error_line(err)) == (2, True)
    code, _, err = lab.call("run", "--resume", str(lab.out), "--variant", "pool_2=thread_pool --threads 3")
    assert (code, error_line(err)) == (2, "error: server 'pool_2' has changed since this run was begun: start a new run")
    code, _, err = lab.call("run", "--resume", str(lab.out), "--variant", SMALL)
    assert code in (0, 4), err
    assert len(lab.trials()) == 3
