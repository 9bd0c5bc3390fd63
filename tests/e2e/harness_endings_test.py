"""Ctrl-C and kill -9 of everything: no orphan, no half file, a clear line, and the run can go on."""
import os
import signal

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


@pytest.mark.parametrize("victim, reason", [("server", "server_died"), ("backend", "backend_died"), ("wrk", "wrk_failed")])
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
    process.send_signal(signal.SIGINT)
    end(process)
    assert status == 2
    assert "another interleave is writing there" in err
