"""interleave-load against servers that misbehave, freeze and die: every request is counted, as what became of it."""

from __future__ import annotations

import json
import re
import signal
import time

import pytest

import faulty_http
from faulty_http import BUSY, OK, FaultyServer
from load_lab import CLOSED, DEADLINE_S, LOAD, OPEN, QUICK, check, free_port, load, output_of, quick, require_plain_build
from processes import Process, run, source_dir, wait_until
from suite import Backend, Server

NO_DESCRIPTORS = "the sanitizers need descriptors themselves: one takes a failed pipe() for a bad object"

HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhal"
FAULTS = {
    "half_replies": (faulty_http.replies(HALF, goes_on=False), "reset", "EOF"),
    "no_reply": (faulty_http.replies(b"", goes_on=False), "reset", "EOF"),
    "rst": (faulty_http.resets, "reset", "ECONNRESET"),
    "garbage": (faulty_http.replies(b"-ERR unknown command\r\n"), "http_error", "malformed"),
    "503": (faulty_http.replies(BUSY), "http_error", "503"),
}


@pytest.mark.parametrize("kind", [OPEN, CLOSED], ids=["open", "closed"])
@pytest.mark.parametrize("fault", FAULTS)
def test_every_kind_of_failure_is_counted_as_what_it_is(fault, kind):
    behaviour, outcome, name = FAULTS[fault]
    with FaultyServer(behaviour) as server:
        result = load(server.url, *kind, *QUICK, "--no-probe", code=1)
    counts = result["counts"]
    assert counts[outcome] == counts["scheduled"] > 10
    assert result["errors"]["by_errno" if outcome == "reset" else "by_status"] == {name: counts[outcome]}
    assert result["response_time_ns"]["p50"] is None


@pytest.mark.parametrize("kind", [OPEN, CLOSED], ids=["open", "closed"])
def test_a_closed_port_is_a_connect_error_for_every_request(kind):
    result = load(f"http://127.0.0.1:{free_port()}/", *kind, *QUICK, "--no-probe", code=1)
    assert result["counts"]["connect_error"] == result["counts"]["scheduled"] > 10
    assert result["errors"]["by_errno"] == {"ECONNREFUSED": result["counts"]["connect_error"]}
    assert result["connections"]["opened"] == 0


@pytest.mark.parametrize("kind", [OPEN, CLOSED], ids=["open", "closed"])
def test_a_server_that_never_answers_makes_timeouts_at_the_deadline(kind):
    with FaultyServer(faulty_http.never_answers) as server:
        result = load(server.url, *kind, *QUICK, "--no-probe", "--deadline", "150ms", code=1)
    assert result["counts"]["timeout"] == result["counts"]["scheduled"] > 0
    assert result["response_time_ns"]["p50"] is None
    assert result["response_time_ns"]["p50_at_least"] == pytest.approx(150e6, rel=0.001)


def test_a_run_without_success_names_what_became_of_its_requests():
    def last_words(*options: str, behaviour: faulty_http.Behaviour = faulty_http.never_answers) -> str:
        with FaultyServer(behaviour) as server:
            done = run([LOAD, server.url, "--no-probe", *OPEN, *quick(warmup="0s"), "--drain", "100ms", *options],
                       deadline_s=DEADLINE_S)
        assert done.returncode == 1
        return done.stderr

    in_time = "does the server answer in time"
    text = last_words()
    assert re.match(r"error: none of \d+ requests succeeded, \d+ censored: " + in_time, text), text
    text = last_words("--deadline", "50ms")
    assert re.match(r"error: none of \d+ requests succeeded, \d+ timeout(, \d+ censored)?: " + in_time, text), text
    text = last_words("--queue", "1")
    assert re.match(r"error: none of \d+ requests succeeded, \d+ censored, \d+ shed: " + in_time, text), text
    text = last_words(behaviour=faulty_http.in_turn(faulty_http.replies(BUSY), faulty_http.never_answers))
    assert re.match(r"error: none of \d+ requests succeeded, \d+ 503, \d+ censored: is the server there", text), text


@pytest.mark.parametrize("kind", [OPEN, CLOSED], ids=["open", "closed"])
def test_what_is_open_after_the_drain_is_censored(kind):
    with FaultyServer(faulty_http.never_answers) as server:
        result = load(server.url, *kind, *quick(warmup="0s"), "--no-probe", "--drain", "100ms", code=1)
    assert result["counts"]["censored"] == result["counts"]["scheduled"] > 0


def test_a_full_queue_sheds():
    with FaultyServer(faulty_http.never_answers) as server:
        result = load(server.url, *OPEN, *QUICK, "--no-probe", "--drain", "100ms", "--queue", "5", code=1)
    counts = result["counts"]
    assert counts["shed"] > 0
    # The warm-up filled the connections and the queue.
    assert counts["shed"] == counts["scheduled"] and result["counts_warmup"]["censored"] == 13


@pytest.mark.parametrize("kind", [OPEN, CLOSED], ids=["open", "closed"])
def test_a_mixture_of_everything_still_adds_up(kind):
    mixture = faulty_http.in_turn(*(behaviour for behaviour, _, _ in FAULTS.values()), faulty_http.replies(OK),
                                  faulty_http.never_answers, faulty_http.replies(OK))
    with FaultyServer(mixture) as server:
        result = load(server.url, *kind, *QUICK, "--no-probe", "--deadline", "100ms", "--threads", "2")
    for outcome in ("ok", "http_error", "reset", "timeout"):
        assert result["counts"][outcome] > 0, result["counts"]


@pytest.mark.parametrize("kind", [OPEN, CLOSED], ids=["open", "closed"])
def test_a_server_that_dies_mid_run(kind, tmp_path):
    workload = source_dir() / "workloads/hello.toml"
    file = tmp_path / "result.json"
    with Backend(workload) as backend, Server("ceiling", workload, backend.port) as server:
        command = [LOAD, f"http://127.0.0.1:{server.port}/", *kind, "--json", str(file), "--warmup", "0s", "--duration",
                   "1s", "--connections", "8"]
        with Process(command) as generator:
            wait_until(lambda: server.counters()["requests"] > 20)
            server.send_signal(signal.SIGKILL)
            assert generator.wait(DEADLINE_S) == 0, generator.stderr
    counts = check(json.loads(file.read_text()))["counts"]
    assert counts["ok"] > 0 and counts["connect_error"] > 0


def test_out_of_descriptors_is_a_connect_error():
    # One request in four holds its connection, and two are all there can be.
    now_and_then_stuck = faulty_http.in_turn(*[faulty_http.replies(OK)] * 3, faulty_http.never_answers)
    with FaultyServer(now_and_then_stuck) as server, \
            Process([LOAD, server.url, *OPEN, *quick(connections=64), "--deadline", "200ms", "--json", "-"],
                    max_descriptors=7) as generator:
        result = output_of(generator)
    assert result["errors"]["by_errno"] == {"EMFILE": result["counts"]["connect_error"]}, result
    assert result["counts"]["ok"] > 0


def test_connections_that_cost_no_request_are_not_lost():
    """Enough of them open for every request: without these counts the run would look as it was asked for."""
    require_plain_build(NO_DESCRIPTORS)
    with FaultyServer(faulty_http.replies(OK)) as server, \
            Process([LOAD, server.url, *OPEN, *quick(connections=64), "--json", "-"], max_descriptors=20) as generator:
        result = output_of(generator)
    connections = result["connections"]
    assert result["counts"]["ok"] == result["counts"]["scheduled"] > 0 and result["errors"]["by_errno"] == {}
    assert connections["unopened_by_errno"] == {"EMFILE": 64 - connections["alive"]} and connections["alive"] > 1
    assert result["validity"] != "ok"
    details = {reason["reason"]: reason["detail"] for reason in result["validity_reasons"]}
    assert "EMFILE" in details["unopened"] and "ulimit -n" in details["unopened"]


def test_people_are_told_of_connections_that_did_not_open():
    require_plain_build(NO_DESCRIPTORS)
    with FaultyServer(faulty_http.replies(OK)) as server:
        done = run(["sh", "-c", 'ulimit -n 20 && exec "$@"', "sh", LOAD, server.url, *OPEN, *quick(connections=64)],
                   deadline_s=DEADLINE_S)
    assert done.returncode == 0, done.stderr
    assert re.search(r"connections that could not be opened before the start: \d+ EMFILE", done.stdout), done.stdout


@pytest.mark.parametrize("kind", [OPEN, CLOSED], ids=["open", "closed"])
def test_interrupted_runs_leave_a_consistent_result(kind, tmp_path):
    file = tmp_path / "result.json"
    with FaultyServer(faulty_http.in_turn(faulty_http.replies(OK), faulty_http.replies(OK), faulty_http.never_answers)) \
            as server, \
            Process([LOAD, server.url, *kind, "--warmup", "0s", "--duration", "10min", "--connections", "8", "--json",
                     str(file)]) as generator:
        wait_until(lambda: len(server.heads) > 20)
        generator.send_signal(signal.SIGINT)
        assert generator.wait() == 130
    result = check(json.loads(file.read_text()))
    assert result["interrupted"]
    assert result["counts"]["ok"] > 0 and result["counts"]["censored"] > 0
    assert result["load"]["duration_s"] < 60
    assert list(tmp_path.iterdir()) == [file]


PROBE_FAULTS = {
    "half_reply": (faulty_http.replies(HALF, goes_on=False), "without an HTTP reply"),
    "no_reply": (faulty_http.replies(b"", goes_on=False), "without an HTTP reply"),
    "rst": (faulty_http.resets, "without an HTTP reply"),
    "garbage": (faulty_http.replies(b"-ERR unknown command\r\n"), "does not speak HTTP"),
}


def check_not_begun(done, result, words: str) -> None:
    """One line says why there was no run, and the result says the same."""
    assert done.returncode == 1
    assert re.fullmatch(rf"error: [^\n]*{words}[^\n]*\n", done.stderr), done.stderr
    assert result["validity"] == "suspect" and not result["interrupted"]
    assert result["validity_reasons"] == [{"reason": "probe_failed",
                                           "detail": done.stderr.removeprefix("error: ").removesuffix("\n")}]
    assert result["counts"]["scheduled"] == result["counts_warmup"]["scheduled"] == 0
    assert result["load"]["schedule_sha256"] is None and result["throughput_rps"] is None


@pytest.mark.parametrize("kind", [OPEN, CLOSED, (*OPEN, "--search", "p99<1s")], ids=["open", "closed", "search"])
@pytest.mark.parametrize("fault", PROBE_FAULTS)
def test_a_failed_probe_leaves_a_result_that_says_so(fault, kind):
    behaviour, words = PROBE_FAULTS[fault]
    with FaultyServer(behaviour) as server:
        done = run([LOAD, server.url, *kind, "--json", "-", "--json-timeline"], deadline_s=DEADLINE_S)
        assert len(server.heads) == 1
    check_not_begun(done, check(json.loads(done.stdout)), words)


def test_a_server_that_is_down_leaves_every_file_asked_for(tmp_path):
    names = {"--json": "result.json", "--timeline": "seconds.csv", "--hgrm": "times.hgrm", "--hlog": "times.hlog",
             "--requests": "requests.csv"}
    files = [word for option, name in names.items() for word in (option, str(tmp_path / name))]
    done = run([LOAD, f"http://127.0.0.1:{free_port()}/", *OPEN, *files], deadline_s=DEADLINE_S)
    assert done.stdout == ""
    check_not_begun(done, check(json.loads((tmp_path / "result.json").read_text())), "Connection refused")
    assert {path.name for path in tmp_path.iterdir()} == set(names.values())
    for name in ("seconds.csv", "requests.csv"):
        assert len((tmp_path / name).read_text().splitlines()) == 1, "the names of the columns alone"


PROBE_PATIENCE_S = 5.0


@pytest.mark.parametrize("more", [(), ("--search", "p99<1s")], ids=["run", "search"])
def test_a_probe_that_gets_no_answer_is_given_up_at_once(more, tmp_path):
    file = tmp_path / "result.json"
    with FaultyServer(faulty_http.never_answers) as server, \
            Process([LOAD, server.url, *OPEN, *more, "--json", str(file)]) as generator:
        wait_until(lambda: server.heads)
        begin = time.monotonic()
        generator.send_signal(signal.SIGINT)
        assert generator.wait(DEADLINE_S) == 130, generator.stderr
        assert time.monotonic() - begin < PROBE_PATIENCE_S - 1, "it waited for its reply first"
    result = check(json.loads(file.read_text()))
    assert result["interrupted"] and result["counts"]["scheduled"] == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_schedule_of_billions_is_given_up_at_once(number, tmp_path):
    """Its digest, taken before the first request, would last for hours."""
    file = tmp_path / "result.json"
    with FaultyServer(faulty_http.replies(OK)) as server, \
            Process([LOAD, server.url, "--rate", "1e8", "--duration", "1000min", "--json", str(file)]) as generator:
        wait_until(lambda: server.heads)  # the probe
        generator.send_signal(number)
        assert generator.wait(DEADLINE_S) == 128 + number
    result = check(json.loads(file.read_text()))
    assert result["interrupted"] and result["counts"]["scheduled"] == 0
    assert result["load"]["schedule_sha256"] is None


def test_a_frozen_server_shows_as_its_users_would_see_it():
    """Stopped for about 2 s at R requests a second: 2 R latencies, spread evenly from 0 to 2 s."""
    workload = source_dir() / "workloads/hello.toml"
    rate, duration_s, freeze_s = 200, 4.0, 2.0
    with Backend(workload) as backend, Server("ceiling", workload, backend.port) as server:
        with Process([LOAD, f"http://127.0.0.1:{server.port}/", "--rate", str(rate), "--arrival", "constant", "--warmup",
                      "0s", "--duration", f"{duration_s}s", "--connections", "16", "--json", "-"]) as generator:
            wait_until(lambda: server.counters()["requests"] > 20)
            server.send_signal(signal.SIGSTOP)
            begin = time.monotonic()
            time.sleep(freeze_s)  # the stall itself, not a wait for something
            server.send_signal(signal.SIGCONT)
            frozen_s = time.monotonic() - begin
            result = output_of(generator)
    assert result["counts"]["ok"] == result["counts"]["scheduled"] == rate * duration_s
    times = result["response_time_ns"]
    assert times["max"] / 1e9 == pytest.approx(frozen_s, abs=0.25)
    # A share frozen/duration of the requests waited, evenly from frozen_s down to 0.
    for name, share in (("p90", 0.9), ("p99", 0.99)):
        assert times[name] / 1e9 == pytest.approx(frozen_s - (1 - share) * duration_s, abs=0.25), times
    assert times["p50"] / 1e9 == pytest.approx(max(0.0, frozen_s - 0.5 * duration_s), abs=0.25), times
