"""Plans and workloads of every shape, run with real servers: what is measured is what was asked for."""
import json
import subprocess

import pytest
from harness_lab import BIN, Lab

TWO_ROUTES = """
name = "two_routes"
description = "test"
[services.db]
latency = { constant = "2ms" }
[[route]]
target = "/often"
weight = 3
steps = [ { call = "db" } ]
[[route]]
target = "/seldom"
weight = 1
steps = [ { call = "db" }, { call = "db" } ]
"""


@pytest.fixture
def lab(tmp_path):
    laboratory = Lab(tmp_path)
    for model in ("single_threaded", "libuv_loop"):
        (laboratory.bin / f"interleave-server-{model}").symlink_to(BIN / f"interleave-server-{model}")
    return laboratory


def test_every_model_does_what_it_must_on_every_workload():
    """The bodies are those that a session with instant input and output gives; the backend counts the calls."""
    done = subprocess.run([BIN / "interleave", "verify"], capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert not [line for line in lines if not line.startswith(("ok ", "note ", "skip ", "- "))], done.stdout
    models = json.loads(subprocess.run([BIN / "interleave", "list", "models", "--json"], capture_output=True, text=True,
                                       timeout=20, check=True).stdout)
    for model in models:
        for checked in ("hello", "http"):
            assert any(line.startswith(f"ok    {model['name']} {checked}: ") for line in lines if "skipped" not in model), model


def test_a_workload_with_several_routes_is_requested_by_weight(lab):
    workload = lab.folder / "two_routes.toml"
    workload.write_text(TWO_ROUTES)
    code, out, err = lab.run("--workloads", str(workload), "--models", "libuv_loop", connections="[8]")
    assert code == 0, out + err
    [trial] = lab.trials()
    assert trial["validity"] != "invalid", trial["reasons"]  # a busy machine's backend may be late
    often, seldom = trial["result"]["route_requests"]
    requests = trial["result"]["requests"]
    assert requests <= often + seldom <= requests + 8
    assert abs(often / (often + seldom) - 0.75) < 0.1
    calls = trial["accounting"]["backend_calls"]
    assert often + 2 * seldom - 2 * 8 <= calls <= often + 2 * seldom


def test_one_route_costs_no_lua(lab):
    code, out, err = lab.run("--models", "libuv_loop")
    assert code == 0, out + err
    assert lab.trials()[0]["result"]["route_requests"] == []


def test_a_service_of_ones_own_by_its_numbers(lab):
    code, out, err = lab.run("--wait", "3ms", "--cpu", "100us", "--connections", "4", "--models", "libuv_loop")
    assert code == 0, out + err
    [trial] = lab.trials()
    assert trial["validity"] != "invalid", trial["reasons"]  # a busy machine's backend may be late
    assert trial["accounting"]["backend_calls"] > 0
    workload = (lab.out / "custom.toml").read_text()
    assert 'cpu = "100us"' in workload and 'constant = "3ms"' in workload


@pytest.mark.parametrize("options, problem", [
    (["--wait", "20"], "--wait '20'"),
    (["--cpu", "2min"], "--cpu '2min': want a time from 1ns to 1min"),
    (["--wait", "2ms", "--workloads", "hello"], "leave out --workloads"),
])
def test_wrong_numbers_are_refused_in_one_line(lab, options, problem):
    code, out, err = lab.run(*options)
    assert code == 2 and problem in err and len(err.splitlines()) == 1, err
