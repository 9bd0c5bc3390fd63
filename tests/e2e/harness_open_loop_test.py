"""interleave-load as the generator: open loops at a rate or at a share of the capacity, stalls, and its own verdict."""
import subprocess

import pytest
from harness_lab import BIN, Lab, child_of, details, processes, reasons, wait_until
from load_lab import check_timeline

OPEN = ("--driver", "interleave")


@pytest.fixture
def lab(tmp_path):
    return Lab(tmp_path)


def use_real_models(lab, *models):
    for model in models:
        (lab.bin / f"interleave-server-{model}").symlink_to(BIN / f"interleave-server-{model}")


def measured(lab):
    return [trial for trial in lab.trials() if trial["spec"]["purpose"] == "measure"]


def test_an_open_loop_is_accounted_for_to_the_last_request(lab):
    lab.add_server("fake_honest")
    code, out, err = lab.run(*OPEN, "--rates", "100", "--connections", "8")
    assert code == 0, out + err
    (trial,) = lab.trials()
    assert trial["id"] == "0001-fake_honest-one_call-o100-r1"
    assert trial["spec"]["load"] == {"kind": "open", "connections": 8, "rate_rps": 100, "rate_percent": None,
                                     "search_step": None}
    assert trial["validity"] != "invalid", trial["reasons"]  # a busy machine's generator may be late
    result = trial["result"]
    counts, warmup = (result["interleave"][name] for name in ("counts", "counts_warmup"))
    assert counts["scheduled"] == sum(counts.values()) - counts["scheduled"]
    assert result["scheduled"] == counts["scheduled"] > 50
    assert result["answered"] == counts["ok"] + counts["http_error"] + warmup["ok"] + warmup["http_error"]
    books = trial["accounting"]
    assert books["three_way"] and books["cycle_us"] is None
    assert books["client_responses"] == result["answered"]
    assert books["client_responses"] <= books["server_responses"] <= result["answered"] + result["unanswered"]
    assert sum(count for _, count in result["latency_us"]) == counts["ok"]
    check_timeline(result["interleave"]["timeline"], counts)


def test_models_and_rates_of_a_repetition_share_the_seed_and_equal_rates_the_schedule(lab):
    lab.add_server("fake_one")
    lab.add_server("fake_two")
    code, out, err = lab.run(*OPEN, "--rates", "40,80", "--connections", "8")
    assert code in (0, 4), out + err
    schedules = {}
    for trial in lab.trials():
        assert "--ids" in trial["processes"]["generator"]["command"]
        load = trial["result"]["interleave"]["load"]
        schedules.setdefault(trial["spec"]["load"]["rate_rps"], set()).add(load["schedule_sha256"])
    assert len({trial["spec"]["seed"] for trial in lab.trials()}) == 1
    assert {rate: len(found) for rate, found in schedules.items()} == {40: 1, 80: 1}
    assert schedules[40] != schedules[80]


def test_a_share_of_the_capacity_becomes_a_rate_of_each_model(lab):
    use_real_models(lab, "single_threaded", "libuv_loop")
    code, out, err = lab.run("--connections", "4", calibration=1, more='driver = "interleave"\nrates = ["50%"]\n')
    assert code == 0, out + err
    order = lab.run_json()["order"]
    assert all(name.split("-")[3].startswith("c") for name in order[:4]), order
    assert all(name.split("-")[3] == "o50p" for name in order[4:]), order
    cells = lab.summary()["cells"]
    assert len(cells) == 2
    for cell in cells:
        assert cell["load"]["rate_percent"] == 50
        assert cell["load"]["rate_rps"] == pytest.approx(cell["predicted"]["capacity_rps"] / 2, rel=1e-4)
        assert cell["predicted"]["bound_by"] == "offered"
        assert cell["predicted"]["latency_ms"] == cell["predicted"]["d1_ms"]
    rates = {cell["model"]: cell["load"]["rate_rps"] for cell in cells}
    assert rates["libuv_loop"] > 2 * rates["single_threaded"]  # four connections against one request at a time


def test_without_calibration_a_share_has_no_rate_and_the_run_goes_on(lab):
    lab.add_server("fake_dying", "die", after=1)
    code, out, err = lab.run(calibration=1, more='driver = "interleave"\nrates = ["50%"]\n')
    assert code == 4, out + err
    (trial,) = measured(lab)
    assert reasons(trial) == ["rate_unknown"]
    assert "no valid calibration trials" in details(trial)
    assert trial["spec"]["load"]["rate_rps"] is None and trial["processes"] == {}


def test_more_than_the_server_can_do_is_overload(lab):
    use_real_models(lab, "single_threaded")
    code, out, err = lab.run(*OPEN, "--rates", "300", "--connections", "8")  # it answers fewer than 100 a second
    assert code == 0, out + err
    (trial,) = lab.trials()
    assert "overload" in reasons(trial)
    assert trial["validity"] == "suspect"
    (cell,) = lab.summary()["cells"]
    assert cell["throughput_rps"]["estimate"] < 150


@pytest.mark.parametrize("fault, reason, validity, words", [
    ("unbalanced", "generator_failed", "invalid", "have an outcome"),
    ("bound", "generator_bound", "suspect", "the test says so"),
    ("stalled", "generator_suspect", "suspect", "the test says so"),
    ("invented", "responses_mismatch", "invalid", ""),
    ("truncate", "generator_failed", "invalid", "truncated"),
    ("silent", "generator_failed", "invalid", "there is none"),
    ("fail", "generator_failed", "invalid", "out of descriptors"),
])
def test_a_report_that_cannot_be_or_doubts_itself_is_named(lab, fault, reason, validity, words):
    lab.add_server("fake_honest")
    lab.use_fake_load(fault)
    lab.run(*OPEN, "--rates", "50", "--connections", "4")
    (trial,) = lab.trials()
    assert reason in reasons(trial)
    assert trial["validity"] == validity
    assert words in details(trial)


def state_of(pid):
    """'T' is stopped."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        return file.read().rsplit(")", 1)[1].split()[0]


STALL = 'driver = "interleave"\nrates = [100]\nstall = { every = "1s", length = "400ms" }\n'


def test_a_stalled_server_stands_still_and_goes_on(lab):
    use_real_models(lab, "libuv_loop")
    process = lab.start("--connections", "64", duration="2s", more=STALL)
    try:
        server = wait_until(lambda: child_of(process.pid, "interleave-server-libuv_loop --listen"), "the server")
        wait_until(lambda: state_of(server) == "T", "the stall")
        wait_until(lambda: state_of(server) != "T", "its end")
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0, out + err
    (trial,) = lab.trials()
    assert trial["spec"]["stall"] == {"every_ns": 1_000_000_000, "length_ns": 400_000_000}
    assert trial["validity"] != "invalid", trial["reasons"]
    assert not any("was killed" in warning["text"] for warning in trial["warnings"])
    waited = [us for us, _ in trial["result"]["latency_us"]]
    assert max(waited) >= 300_000, "who comes early in a stall waits until its end"


def test_a_run_that_is_killed_in_a_stall_leaves_nobody(lab):
    use_real_models(lab, "libuv_loop")
    process = lab.start("--connections", "64", duration="30s", more=STALL)
    server = wait_until(lambda: child_of(process.pid, "interleave-server-libuv_loop --listen"), "the server")
    try:
        wait_until(lambda: state_of(server) == "T", "the stall")
    finally:
        process.kill()
        process.communicate()
    wait_until(lambda: all(pid != server for pid, _, _ in processes()), "the end of the stopped server")


SEARCH = 'driver = "interleave"\nsearch = { objective = "p50<100ms", steps = 4 }\n'


def test_a_search_brackets_the_capacity_step_by_step(lab):
    use_real_models(lab, "single_threaded")  # fewer than 100 requests a second, whatever the machine
    code, out, err = lab.run("--connections", "64", calibration=1, more=SEARCH)
    assert code == 0, out + err
    assert [name.split("-")[3] for name in lab.run_json()["order"][2:]] == ["s1", "s2", "s3", "s4"]
    summary = lab.summary()
    assert summary["cells"] == []
    (search,) = summary["searches"]
    (repetition,) = search["repetitions"]
    assert search["objective"] == "p50<100ms" and len(repetition["steps"]) == 4
    steps = {step["trial"]: step for step in repetition["steps"]}
    for trial in lab.trials():
        if trial["spec"]["purpose"] == "search":
            assert steps[trial["id"]]["rate_rps"] == pytest.approx(trial["spec"]["load"]["rate_rps"], rel=1e-4)
    met = [step["rate_rps"] for step in repetition["steps"] if step["outcome"] == "met"]
    missed = [step["rate_rps"] for step in repetition["steps"] if step["outcome"] == "missed"]
    below = [rate for rate in met if rate < min(missed, default=float("inf"))]
    assert repetition["missed_rps"] == (min(missed) if missed else None)
    assert repetition["met_rps"] == (max(below) if below else None)
    assert (search["rate_rps"] is None) == (repetition["met_rps"] is None)
    assert "p50<100ms" in out
    summary_file = lab.out / "summary.json"
    before = summary_file.read_bytes()
    subprocess.run([BIN / "interleave", "summarize", lab.out], check=True, timeout=60, stdout=subprocess.DEVNULL,
                   env=lab.environment)
    assert summary_file.read_bytes() == before


@pytest.mark.parametrize("options, problem", [
    (["--rates", "100"], "an open loop ('rates') needs the driver 'interleave'"),
    ([*OPEN, "--rates", "50%"], "need calibration trials"),
    ([*OPEN, "--rates", "1k"], "--rates '1k'"),
    ([*OPEN, "--rates", "5,5"], "--rates has a rate twice"),
    (["--search", "p99<50ms"], "a capacity search needs an open loop"),
    ([*OPEN, "--search", "p99"], "--search 'p99': want a percentile and a time"),
    (["--driver", "ab"], "--driver 'ab' is not known: use 'wrk' or 'interleave'"),
])
def test_what_cannot_be_asked_is_refused_in_one_line(lab, options, problem):
    lab.add_server("fake_honest")
    code, _, err = lab.run(*options)
    assert code == 2 and problem in err and len(err.splitlines()) == 1, err


def test_the_smoke_plan_runs_with_either_driver(lab):
    use_real_models(lab, "single_threaded", "libuv_loop")
    code, out, err = lab.call("run", "--plan", "smoke", "--driver", "interleave", "--out", str(lab.out), "--quiet")
    assert code == 0, out + err
    assert {trial["spec"]["driver"] for trial in lab.trials()} == {"interleave"}
    invalid = [(trial["id"], trial["reasons"]) for trial in lab.trials() if trial["validity"] == "invalid"]
    assert not invalid
    mixed = [trial for trial in measured(lab) if trial["spec"]["workload"] == "mixed"]
    assert mixed and all(trial["result"]["route_requests"] == [] for trial in mixed)
