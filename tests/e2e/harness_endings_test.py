"""Ctrl-C and kill -9 of everything: no orphan, no half file, a clear line, and the run can go on."""
import json
import os
import signal
import time

import pytest
from harness_lab import Lab, alive, child_of, reasons, wait_until


@pytest.fixture
def lab(tmp_path):
    laboratory = Lab(tmp_path)
    laboratory.add_server("fake_honest")
    return laboratory


def children(process):
    """Pids of backend, server and wrk while the measurement of a trial runs."""
    found = {}
    for role, word in (("backend", "interleave-backend"), ("server", "fake_server.py"), ("wrk", "wrk")):
        found[role] = wait_until(lambda w=word: child_of(process.pid, w), f"{role} started")
    return found


def end(process):
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


def assert_gone(pids):
    for role, pid in pids.items():
        wait_until(lambda p=pid: not alive(p), f"{role} gone")


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_the_run_cleanly_and_says_how_to_go_on(lab, number, code):
    process = lab.start(repetitions=3, duration="30s")
    pids = children(process)
    process.send_signal(number)
    status, _, err = end(process)
    assert status == code
    assert "interrupted: 0 of 3 trials are complete; go on with: interleave run --resume " + str(lab.out) in err
    assert_gone(pids)
    lab.assert_no_half_file()
    assert not lab.run_json()["complete"]
    assert not lab.trials()


def test_an_interrupted_run_goes_on_with_what_is_left(lab):
    process = lab.start(repetitions=2, duration="1s")
    wait_until(lambda: len(list((lab.out / "trials").glob("*.json"))) == 1, "the first trial")
    process.send_signal(signal.SIGINT)
    assert end(process)[0] == 130
    (first,) = lab.trials()
    status, out, err = lab.call("run", "--resume", str(lab.out))
    assert status == 0, err
    trials = lab.trials()
    assert len(trials) == 2
    assert trials[0] == first, "a finished trial is not run again"
    assert lab.run_json()["complete"]
    assert "fake_honest" in out
    status, _, err = lab.call("run", "--resume", str(lab.out))
    assert (status, "error: this run is complete" in err) == (2, True)


def test_killing_the_harness_leaves_no_orphan_and_no_half_file(lab):
    process = lab.start(repetitions=2, duration="30s")
    pids = children(process)
    process.kill()
    process.communicate(timeout=10)
    assert_gone(pids)
    lab.assert_no_half_file()
    assert not lab.run_json()["complete"]


def test_killing_the_harness_ends_the_children_of_its_children(lab):
    """A server behind a shell script, or one that forks its workers: the kernel's signal reaches only the first."""
    (lab.bin / "interleave-server-fake_honest").unlink()
    lab.add_nested_server("fake_nested")
    process = lab.start(warmup="30s")
    shell = wait_until(lambda: child_of(process.pid, "interleave-server-fake_nested --listen"), "the shell")
    server = wait_until(lambda: child_of(shell, "fake_server.py"), "the server behind it")
    wait_until(lambda: child_of(process.pid, "wrk"), "the load")
    process.kill()
    process.communicate(timeout=10)
    assert_gone({"shell": shell, "server": server})
    lab.assert_nothing_left()


def test_a_run_whose_harness_is_killed_at_any_time_can_be_completed(lab):
    """SIGKILL a little later each time, wherever that hits; what is on disk goes on to a complete run."""
    kills = 0
    for delay in (0.05, 0.3, 0.6, 0.9, 1.3, 1.7, 2.2):
        resumable = (lab.out / "run.json").exists()
        process = lab.go_on() if resumable else lab.start(repetitions=4, duration="300ms")
        time.sleep(delay)
        kills += process.poll() is None
        process.kill()
        process.communicate(timeout=10)
        lab.assert_nothing_left()
    assert kills >= 4
    status, _, err = lab.call("run", "--resume", str(lab.out))
    assert status in (0, 4) or "this run is complete" in err  # a busy machine may spoil a trial of 0.3 s
    assert lab.run_json()["complete"]
    assert len(lab.trials()) == 4
    assert len(json.loads((lab.out / "summary.json").read_text())["cells"]) == 1
    assert not (lab.out / "scratch").exists()


def test_a_run_killed_before_its_summary_is_resumed_to_it(lab):
    assert lab.run("--quiet")[0] == 0
    (lab.out / "summary.json").unlink()
    status, _, err = lab.call("run", "--resume", str(lab.out))
    assert status == 0, err
    assert (lab.out / "summary.json").exists()


@pytest.mark.parametrize("victim, reason", [("server", "server_died"), ("backend", "backend_died"), ("wrk", "generator_failed")])
def test_killing_a_part_fails_its_trial_and_names_it(lab, victim, reason):
    process = lab.start(repetitions=2, duration="2s")
    os.kill(children(process)[victim], signal.SIGKILL)
    status, _, err = end(process)
    first, second = lab.trials()
    assert reasons(first)[0] == reason, err
    assert "killed by SIGKILL" in err
    assert first["validity"] == "invalid"
    assert second["validity"] != "invalid", "the next trial starts from nothing"
    assert status == 0


def test_two_harnesses_do_not_write_to_one_run(lab):
    process = lab.start(repetitions=1, duration="30s")
    children(process)
    status, _, err = lab.call("run", "--resume", str(lab.out))
    started, _, err_of_start = lab.run()
    process.send_signal(signal.SIGINT)
    end(process)
    assert (status, started) == (2, 2)
    assert "another interleave is writing there" in err
    assert "there is a run already" in err_of_start


PHASES = {  # what holds the harness up there, and how that is seen
    "discovery": (("dawdle",), {}, lambda lab, _: lab.struck.exists()),
    "start": (("unready",), {}, lambda lab, _: lab.struck.exists()),
    "verify": (("deaf", 0), {}, lambda lab, _: lab.struck.exists()),
    "warm-up": ((), {"warmup": "30s"}, lambda lab, pid: child_of(pid, "wrk")),
    "window": ((), {"duration": "30s"}, lambda lab, pid: (lab.out / "scratch" / "warmup.json").exists() and
               child_of(pid, "wrk")),
}


@pytest.mark.parametrize("phase", PHASES)
def test_ctrl_c_in_any_phase_is_one_line_and_leaves_nothing(lab, phase):
    fault, plan, reached = PHASES[phase]
    (lab.bin / "interleave-server-fake_honest").unlink()
    lab.add_server("fake_held", *fault)
    process = lab.start(**plan)
    wait_until(lambda: reached(lab, process.pid), phase)
    process.send_signal(signal.SIGINT)
    status, out, err = end(process)
    assert (status, out) == (130, "")
    assert "interrupted" in err.splitlines()[-1]
    lab.assert_nothing_left()
    assert not (lab.out / "scratch").exists()
