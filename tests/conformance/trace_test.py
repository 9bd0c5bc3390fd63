"""What a trace says of the model, exactly: how its requests share time and threads (docs/tracing.md)."""

from __future__ import annotations

import itertools
import socket
import time
from pathlib import Path
from typing import Iterator, NamedTuple

import pytest
from conftest import MODEL

from processes import binary, run
from suite import Backend, Server, request
from traces import (Request, Trace, assert_lanes_are_threads, most_in_flight, read_trace, requests_of, run_order)

pytestmark = pytest.mark.needs("routes")

REQUESTS = 8
WAIT_NS = 200_000_000  # long beside what a busy machine may delay one of the clients
WORKLOAD = """
name = "weave"
description = "CPU, a wait, CPU"
services.backend = { latency = { constant = "200ms" } }
[[route]]
target = "/weave"
steps = [ { cpu = "500us" }, { call = "backend" }, { cpu = "500us" } ]
[[route]]
target = "/pause"
steps = [ { sleep = "2ms" }, { file = "4KiB" } ]
"""

# What must hold of eight simultaneous requests, by model (never written from a measurement). run_lanes: threads that
# run requests; in_flight: requests begun and not ended, at most; woven: others run between a request's own turns.
LOOP = {"run_lanes": 1, "in_flight": 8, "woven": True}
ONE_BY_ONE = {"run_lanes": 1, "in_flight": 1, "woven": False}
EXPECTED = {
    "single_threaded": ONE_BY_ONE,
    "skeleton": ONE_BY_ONE,
    "blocking_loop": ONE_BY_ONE,
    "libuv_loop": LOOP,
    "asio_loop": LOOP,
    "epoll_minimal": LOOP,
    "thread_pool": {"run_lanes": 2, "in_flight": 2, "woven": False},
    "thread_per_request": {"run_lanes": 8, "in_flight": 8, "woven": False},
    "thread_per_connection": {"run_lanes": 8, "in_flight": 8, "woven": False},
}
OPTIONS = {"thread_pool": ["--threads", "2"]}


class Weave(NamedTuple):
    trace: Trace
    requests: list[Request]
    sent_ns: list[int]
    received_ns: list[int]


@pytest.fixture(name="scenario", scope="module")
def fixture_scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scenario") / "weave.toml"
    path.write_text(WORKLOAD)
    return path


class Traced:
    """A server that records a trace, which stop() gives."""

    def __init__(self, scenario: Path, backend: Backend, folder: Path) -> None:
        self.file = folder / "trace"
        self.server = Server(MODEL, scenario, backend.port, "--trace", self.file, *OPTIONS.get(MODEL, []))

    def stop(self) -> Trace:
        assert not self.file.exists(), "written before the end"
        counters = self.server.stop()
        trace = read_trace(self.file)
        assert trace.dropped == counters["trace_events_dropped"] == 0
        assert trace.connections == counters["connections_accepted"]
        return trace


@pytest.fixture(name="can_trace", scope="module")
def fixture_can_trace(info) -> None:
    if "trace" not in info["capabilities"]:
        pytest.skip(f"{MODEL} does not claim trace")


@pytest.fixture(name="traced")
def fixture_traced(can_trace, scenario: Path, tmp_path: Path) -> Iterator[Traced]:
    with Backend(scenario) as backend:
        traced = Traced(scenario, backend, tmp_path)
        with traced.server:
            yield traced


def ask_together(server: Server, target: str) -> tuple[list[int], list[int]]:
    """The same request on eight connections at once: when each was sent and answered, by the clock of the trace."""
    clients = [server.client() for _ in range(REQUESTS)]
    sent = []
    for client in clients:
        sent.append(time.monotonic_ns())
        client.send(request(target, "Connection: close"))
    received = []
    for client in clients:
        assert client.reply().status == 200
        received.append(time.monotonic_ns())
        client.__exit__()
    return sent, received


@pytest.fixture(name="weave", scope="module")
def fixture_weave(can_trace, scenario: Path, tmp_path_factory: pytest.TempPathFactory) -> Weave:
    with Backend(scenario) as backend:
        traced = Traced(scenario, backend, tmp_path_factory.mktemp("weave"))
        with traced.server:
            sent, received = ask_together(traced.server, "/weave")
            trace = traced.stop()
    return Weave(trace, requests_of(trace), sent, received)


def test_the_states_of_a_request_tile_its_time(weave: Weave):
    assert len(weave.requests) == REQUESTS
    for traced in weave.requests:
        assert all(a.end_ns == b.begin_ns for a, b in itertools.pairwise(traced.slices))
        states = traced.total_ns("ready") + traced.total_ns("running") + traced.total_ns("waiting")
        assert states == traced.end_ns - traced.begin_ns
        assert traced.total_ns("waiting", "backend") >= WAIT_NS
        assert traced.total_ns("running") > 0


def test_the_trace_agrees_with_the_client(weave: Weave):
    """Requests in order of acceptance are those in order of connecting."""
    by_connection = sorted(weave.requests, key=lambda traced: traced.connection)
    for traced, sent, received in zip(by_connection, weave.sent_ns, weave.received_ns, strict=True):
        last_wait = max(s.end_ns for s in traced.slices if s.state == "waiting" and s.op == "backend")
        first_run = min(s.begin_ns for s in traced.slices if s.state == "running")
        assert sent <= first_run and last_wait <= received


def test_a_thread_runs_one_request_at_a_time(weave: Weave):
    assert_lanes_are_threads(weave.requests)


def test_requests_share_threads_as_the_model_says(weave: Weave):
    assert MODEL in EXPECTED, f"say in EXPECTED what must hold of {MODEL}"
    expected = EXPECTED[MODEL]
    lanes = sorted({s.lane for traced in weave.requests for s in traced.slices if s.state == "running"})
    assert len(lanes) == expected["run_lanes"]
    assert most_in_flight(weave.requests) == expected["in_flight"]
    for lane in lanes:
        turns = run_order(weave.requests, lane)
        one_after_another = [place for place, _ in itertools.groupby(turns)]
        assert (len(one_after_another) > len(set(turns))) == expected["woven"]


def test_whatever_clients_do_states_follow_each_other(traced: Traced):
    """Requests in pieces, several at once, clients that leave at any moment: nothing is lost or recorded twice."""
    server = traced.server
    with server.client() as pieces:
        pieces.send(request("/pause")[:10])
        server.counters_when(lambda c: c["bytes_in"] >= 10)
        pieces.send(request("/pause", "Connection: close")[10:] + request("/pause"))
        assert pieces.reply().status == 200
    with server.client():
        pass
    with server.client() as half:
        half.send(b"GET /pa")
    with server.client() as resets:
        resets.send(request("/weave"))
        resets.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    assert server.get("/nowhere").status == 404
    server.counters_when(lambda c: c["in_flight"] == 0 and c["connections_closed"] == c["connections_accepted"])
    trace = traced.stop()
    assert_lanes_are_threads(requests_of(trace))
    ops = {event.op for event in trace.events}
    assert {"read", "backend", "sleep", "file"} <= ops


@pytest.mark.needs("keep_alive")
def test_a_connection_has_a_request_for_each_answer(traced: Traced):
    with traced.server.client() as client:
        for _ in range(3):
            assert client.get("/pause").status == 200
    requests = requests_of(traced.stop())
    assert len(requests) == 3
    assert all(traced.total_ns("waiting", "sleep") >= 2_000_000 for traced in requests)


@pytest.mark.needs("pipelining")
def test_pipelined_requests_keep_the_order_of_states(traced: Traced):
    with traced.server.client() as client:
        client.send(request("/pause") * 3)
        assert [client.reply().status for _ in range(3)] == [200] * 3
        client.send(request("/weave"))  # at the end, and nobody waits for it
        assert client.reply().status == 200
    requests = requests_of(traced.stop())
    assert_lanes_are_threads(requests)
    assert sum(traced.total_ns("waiting", "sleep") for traced in requests) >= 6_000_000


def test_threads_one_after_another_share_a_lane(traced: Traced):
    for _ in range(30):
        assert traced.server.get("/pause").status == 200
    trace = traced.stop()
    assert len(requests_of(trace)) == 30
    # The selector's and that of one worker; a few more where a busy machine lets a thread end late. Unshared: 31.
    assert trace.lanes <= 10


def test_a_trace_that_cannot_be_written_is_refused_at_the_start(can_trace, scenario: Path):
    done = run([binary(f"interleave-server-{MODEL}"), "--workload", scenario, "--trace", "/nowhere/trace"])
    assert done.returncode == 2
    assert done.stderr == "error: --trace '/nowhere/trace': cannot write there: name a file in a folder that exists\n"
