"""The contract every server keeps, whatever its model: describe, ready line, counters, signals, exit codes."""

from __future__ import annotations

import signal
import socket
import time
from pathlib import Path

import pytest
from conftest import MODEL

from processes import Process, run, wait_until
from suite import Client, Server, request, server_command

COMMAND = server_command(MODEL)


def test_describes_itself(info):
    assert info["name"] == MODEL
    assert info["family"] in ("blocking", "threads", "loop", "ruler")
    assert info["summary"] and "\n" not in info["summary"]
    assert "--listen" in [option["name"] for option in info["options"]]
    assert "live_counters" in info["capabilities"]


def test_help_has_an_example_and_the_exit_codes():
    done = run([*COMMAND, "--help"])
    assert done.returncode == 0
    assert "Example:" in done.stdout and "Exit codes:" in done.stdout


@pytest.mark.parametrize("options, named", [
    (["--workload", "no/such.toml"], "no/such.toml"),
    (["--listen", "nowhere"], "--listen"),
    (["--listen", "127.0.0.1:99999"], "--listen"),
    (["--backend", "localhost:1"], "--backend"),
    (["--frobnicate"], "--frobnicate"),
    (["--idle-timeout", "10"], "--idle-timeout"),
])
def test_usage_errors_are_one_line_and_exit_2(workload, options, named):
    done = run([*COMMAND, "--workload", str(workload), *options] if "--workload" not in options
               else [*COMMAND, *options])
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
    assert named in done.stderr


def test_threads_are_accepted_where_they_are_true_and_offered_where_there_is_a_choice(workload, info):
    offered = "--threads" in [option["name"] for option in info["options"]]
    assert offered == ("--threads" in run([*COMMAND, "--help"]).stdout)
    for count, accepted in (("1", offered or info["family"] != "threads"), ("3", offered)):
        with Process([*COMMAND, "--workload", str(workload), "--listen", "127.0.0.1:0", "--threads", count]) as process:
            if accepted:
                assert process.wait_ready()["ready"]
                assert process.terminate() == 0
            else:
                assert process.wait() == 2
                assert process.stderr.count("\n") == 1, process.stderr
                assert process.stderr.startswith("error: ") and "no workers" in process.stderr


def test_a_missing_workload_is_named(workload):
    done = run(COMMAND)
    assert done.returncode == 2 and "--workload" in done.stderr


def test_a_taken_port_is_one_clear_line(workload):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run([*COMMAND, "--workload", workload, "--listen", f"127.0.0.1:{port}"])
    assert done.returncode == 1
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
    assert str(port) in done.stderr and "choose another --listen" in done.stderr


def test_prints_counters_at_once_on_sigusr1(server: Server):
    before = server.counters()
    assert server.get("/plain").status == 200
    after = server.counters_when(lambda counters: counters["connections_closed"] == 1)
    assert after["requests"] - before["requests"] == 1
    assert after["responses"] == {"200": 1}
    assert after["connections_accepted"] == 1
    assert after["bytes_in"] > 0 and after["bytes_out"] > 0 and after["cpu_ns"] > before["cpu_ns"]


def test_connections_that_ended_are_counted_with_their_responses(server: Server, info):
    with server.client() as client:
        client.get("/plain")
        if "keep_alive" in info["capabilities"]:
            client.get("/plain")
    with server.client():
        pass  # says nothing
    asked = 2 if "keep_alive" in info["capabilities"] else 1
    counters = server.counters_when(lambda c: c["per_connection"]["ended"] == 2)
    assert counters["per_connection"] == {
        "answered": 1, "ended": 2, "responses": asked, "responses_squared": asked * asked, "unanswered": 1}


def test_ends_in_order_on_sigterm_while_idle(server: Server):
    assert server.get("/plain").status == 200
    with server.client() as idle:
        idle.send(b"GET /pl")
        server.counters_when(lambda counters: counters["connections_accepted"] == 2)
        last = server.stop()
        assert idle.ended()
    assert last["requests"] == 1
    assert last["connections_closed"] == last["connections_accepted"] == 2


@pytest.mark.needs("routes")
def test_finishes_a_begun_request_on_sigterm(server: Server):
    with server.client() as client:
        client.send(request("/long"))
        server.counters_when(lambda counters: counters["backend_calls"] == 1)
        server.send_signal(signal.SIGTERM)
        assert client.reply().status == 200
        assert client.ended()
    assert server.wait() == 0


@pytest.mark.needs("routes")
def test_ends_within_its_time_with_a_request_that_never_ends(server: Server):
    with server.client() as client:
        client.send(request("/stuck"))
        server.counters_when(lambda counters: counters["backend_calls"] == 1)
        assert server.stop()["requests"] == 1


def test_refuses_clients_once_it_has_stopped(server: Server):
    port = server.port
    server.stop()
    with pytest.raises(ConnectionRefusedError):
        Client(port)


def test_survives_a_descriptor_limit(workload, backend, info):
    """At 64 descriptors the first clients are served and the rest wait or are refused; nothing crashes."""
    if "+" in info["build_type"]:
        pytest.skip("the sanitizers need descriptors themselves: one takes a failed pipe() for a bad object")
    with Server(MODEL, workload, backend.port, max_descriptors=64) as server:
        clients = [server.client() for _ in range(80)]
        for client in clients:
            client.__exit__()
        server.counters_when(lambda c: c["connections_closed"] == c["connections_accepted"])
        wait_until(lambda: serves(server))
        server.stop()


def test_does_not_spin_while_clients_wait_for_a_descriptor(workload, backend, info):
    """Forty descriptors, eighty clients that ask nothing: there is nothing to do, and nothing is done."""
    if "+" in info["build_type"]:
        pytest.skip("the sanitizers need descriptors themselves: one takes a failed pipe() for a bad object")
    with Server(MODEL, workload, backend.port, max_descriptors=40) as server:
        clients = [server.client() for _ in range(80)]
        before, began = server.counters()["cpu_ns"], time.monotonic_ns()
        time.sleep(0.5)
        spent, passed = server.counters()["cpu_ns"] - before, time.monotonic_ns() - began
        assert spent < 0.2 * passed
        for client in clients:
            client.__exit__()
        wait_until(lambda: serves(server))
        server.stop()


@pytest.mark.parametrize("limit", [4, 5, 8, 12])
def test_too_few_descriptors_to_begin_with_are_one_line(workload, info, limit):
    if "+" in info["build_type"]:
        pytest.skip("the sanitizers need descriptors themselves")
    if not Path(COMMAND[0]).name.startswith("interleave-server-"):
        pytest.skip("how many an interpreter needs is its own affair")
    with Process([*COMMAND, "--workload", str(workload), "--listen", "127.0.0.1:0"], max_descriptors=limit) as process:
        assert process.wait() == 1
        assert process.stderr.startswith("error: ") and process.stderr.count("\n") == 1, process.stderr


def serves(server: Server) -> bool:
    try:
        return server.get("/plain").status == 200
    except ConnectionError:  # libuv accepts what it has no descriptor for and closes it
        return False


def test_sigint_ends_it_like_sigterm(server: Server):
    server.send_signal(signal.SIGINT)
    assert server.wait() == 0


def test_a_trace_is_offered_by_those_who_can_record_one(workload, info, tmp_path):
    """What a model cannot honour it refuses: the ruler has no session to trace."""
    offered = "--trace" in [option["name"] for option in info["options"]]
    assert offered == ("trace" in info["capabilities"])
    if not offered:
        done = run([*server_command(MODEL), "--workload", str(workload), "--trace", str(tmp_path / "trace")])
        assert done.returncode == 2 and "--trace" in done.stderr
