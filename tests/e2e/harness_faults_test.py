"""Servers, backends and generators that lie, die or lag: each is detected and named."""
import os
import signal
import threading
import time

import pytest
from harness_lab import Lab, child_of, details, reasons, wait_until


@pytest.fixture
def lab(tmp_path):
    return Lab(tmp_path)


def only_trial(lab, *words, **plan):
    code, out, err = lab.run("--connections", "4", *words, **plan)
    assert lab.trials(), out + err
    (trial,) = lab.trials()
    assert trial["validity"] in ("ok", "suspect", "invalid")
    return code, trial, err


def test_an_honest_server_is_ok(lab):
    lab.add_server("fake_honest")
    code, trial, err = only_trial(lab)
    assert code == 0, err
    assert trial["validity"] != "invalid", trial["reasons"]
    books = trial["accounting"]
    assert books["three_way"]
    assert abs(books["client_responses"] - books["server_responses"]) <= 4
    assert abs(books["client_responses"] - books["backend_calls"]) <= 4
    assert trial["result"]["wrk"]["recovery"] in ("exact", "not_needed")
    assert trial["server_final"]["requests"] >= trial["server_after"]["requests"]


@pytest.mark.parametrize("fault, reason, words", [
    ("no-call", "verify_failed", "0 backend calls instead of 1"),
    ("wrong-body", "verify_failed", "body of"),
    ("wrong-status", "verify_failed", "status 500 instead of 200"),
    ("die", "server_died", "killed by SIGSEGV"),
    ("babble", "server_start_failed", "'listening' instead of"),
    ("lie", "responses_mismatch", ""),
])
def test_a_server_that_does_wrong_is_named(lab, fault, reason, words):
    lab.add_server("fake_wrong", fault)
    code, trial, err = only_trial(lab)
    assert trial["validity"] == "invalid"
    assert reason in reasons(trial)
    assert words in details(trial)
    assert reason in err, "the progress line names the reason"
    assert code == 4


def test_a_server_that_stops_answering_gives_no_result(lab):
    lab.add_server("fake_deaf", "deaf", after=2)
    _, trial, _ = only_trial(lab, "--warmup", "200ms")
    assert trial["validity"] == "invalid"
    assert set(reasons(trial)) & {"no_responses", "not_quiet", "generator_failed"}, trial["reasons"]


def test_a_server_that_cannot_run_here_is_skipped_with_its_reason(lab):
    lab.add_server("fake_honest")
    lab.add_server("fake_unsupported", "unsupported")
    code, trial, err = only_trial(lab)
    assert code == 0
    assert trial["spec"]["model"] == "fake_honest"
    assert "fake_unsupported: skipped, error: needs hardware that nobody has" in err
    assert lab.run_json()["skipped"][0]["model"] == "fake_unsupported"


def test_a_server_that_ignores_sigterm_is_killed_and_the_reader_told(lab):
    lab.add_server("fake_stubborn", "stubborn")
    _, trial, _ = only_trial(lab)
    assert any("was killed" in warning["text"] for warning in trial["warnings"])


def test_a_late_backend_is_not_blamed_on_the_server(lab):
    lab.add_server("fake_honest")
    process = lab.start("--connections", "4")
    ended = threading.Event()

    def pulse():
        """Stops the backend half of the time, once the load has begun."""
        backend = wait_until(lambda: child_of(process.pid, "interleave-backend"), "the backend")
        wait_until(lambda: child_of(process.pid, "report.json") or child_of(process.pid, "wrk"), "the load")
        while not ended.is_set():
            for number in (signal.SIGSTOP, signal.SIGCONT):
                try:
                    os.kill(backend, number)
                except ProcessLookupError:
                    return
                ended.wait(0.03)

    pulses = threading.Thread(target=pulse)
    pulses.start()
    try:
        _, err = process.communicate(timeout=60)
    finally:
        ended.set()
        pulses.join()
        process.kill()
    (trial,) = lab.trials()
    assert "backend_late" in reasons(trial), err
    assert trial["validity"] == "suspect"


@pytest.mark.parametrize("fault, reason, validity", [
    ("checksum", "wrk_checksum", "suspect"),
    ("truncate", "generator_failed", "invalid"),
    ("silent", "generator_failed", "invalid"),
    ("fail", "generator_failed", "invalid"),
])
def test_a_report_of_wrk_that_cannot_be_is_not_used(lab, fault, reason, validity):
    lab.add_server("fake_honest")
    lab.use_fake_wrk(fault)
    _, trial, err = only_trial(lab, warmup="1s")
    assert reason in reasons(trial), err
    assert trial["validity"] == validity
    assert trial["result"] is None or trial["result"]["latency_us"] is None


def test_a_failed_trial_does_not_end_the_run(lab):
    lab.add_server("fake_dying", "die")
    lab.add_server("fake_honest")
    code, out, err = lab.run(repetitions=2)
    trials = lab.trials()
    assert len(trials) == 4, out + err
    assert {trial["validity"] for trial in trials if trial["spec"]["model"] == "fake_dying"} == {"invalid"}
    assert "invalid" not in {trial["validity"] for trial in trials if trial["spec"]["model"] == "fake_honest"}
    assert lab.run_json()["complete"]
    assert code == 4  # half of the cells
