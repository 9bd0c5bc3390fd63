"""What a model does when its backend is slow, refuses, resets, hangs, or dies: 502 or 504 in time, nothing left behind."""

from __future__ import annotations

import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Iterator

import pytest
from conftest import MODEL

from processes import wait_until
from suite import Backend, Server

pytestmark = pytest.mark.needs("routes")

DEADLINE_S = 0.3  # of a backend call
MARGIN_S = 10.0  # a busy machine, sanitizers; "never" is what it tells from
POOL = 16  # connections to the backend at most
CLIENTS = 32

WORKLOAD = """
name = "faults"
description = "one route for each way a backend call can go wrong"
services.good = { latency = { constant = "1ms" }, reply_bytes = 33 }
services.fail = { latency = { constant = "1ms" }, faults = { fail = 1.0 } }
services.reset = { latency = { constant = "1ms" }, faults = { reset = 1.0 } }
services.hang = { latency = { constant = "1ms" }, faults = { hang = 1.0 } }
services.slow = { latency = { constant = "1ms" }, faults = { slow = { probability = 1.0, factor = 10000 } } }
services.any = { latency = { exponential = "1ms" }, reply_bytes = 7, faults = { fail = 0.1, reset = 0.1, hang = 0.01 } }
""" + "".join(
    f'[[route]]\ntarget = "/{name}"\nsteps = [ {{ call = "{name}" }} ]\n'
    for name in ("good", "fail", "reset", "hang", "slow", "any")
)
GOOD_BODY = b'{"route":"good","calls":1,"bytes":33}\n'
ANY_BODY = b'{"route":"any","calls":1,"bytes":7}\n'


@pytest.fixture(name="workload", scope="module")
def fixture_workload(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("faults") / "faults.toml"
    path.write_text(WORKLOAD)
    return path


@pytest.fixture(name="server")
def fixture_server(workload: Path, backend: Backend) -> Iterator[Server]:
    options = ("--backend-timeout", f"{round(DEADLINE_S * 1000)}ms", "--backend-connections", str(POOL))
    with Server(MODEL, workload, backend.port, *options) as server:
        yield server


def test_a_backend_down_at_the_start_is_502(workload: Path):
    with socket.socket() as taken:  # bound and not listening: refuses, and nobody else gets the port
        taken.bind(("127.0.0.1", 0))
        with Server(MODEL, workload, taken.getsockname()[1]) as server:
            assert [server.get("/good").status for _ in range(3)] == [502] * 3
            assert server.counters()["backend_errors"] == 3


def test_a_backend_killed_between_requests_is_502(server: Server, backend: Backend):
    assert server.get("/good").status == 200
    backend.send_signal(signal.SIGKILL)
    backend.wait()
    assert [server.get("/good").status for _ in range(3)] == [502] * 3


@pytest.mark.parametrize("fault", ["fail", "reset"])
def test_a_call_that_goes_wrong_is_502_and_the_next_is_right(server: Server, backend: Backend, fault: str):
    for _ in range(3):
        assert server.get(f"/{fault}").status == 502
        reply = server.get("/good")
        assert (reply.status, reply.body) == (200, GOOD_BODY)
    counts = backend.stats()["services"]
    assert counts[fault]["calls"] == 3, "no call is made twice"
    assert counts["good"]["calls"] == 3


@pytest.mark.parametrize("fault", ["hang", "slow"])
def test_a_call_beyond_its_deadline_is_504_and_its_connection_closed(server: Server, backend: Backend, fault: str):
    begin = time.monotonic()
    assert server.get(f"/{fault}").status == 504
    assert DEADLINE_S * 0.9 <= time.monotonic() - begin < DEADLINE_S + MARGIN_S
    # Its reply would be the next one's: only a connection that is closed ends the call at the backend.
    wait_until(lambda: backend.stats()["in_flight"] == 0)
    assert backend.stats()["abandoned"] == 1
    reply = server.get("/good")
    assert (reply.status, reply.body) == (200, GOOD_BODY)


def test_random_faults_under_load_are_all_accounted_for(server: Server, backend: Backend, info):
    assert server.get("/good").status == 200
    idle_descriptors = server.descriptors() - 1  # without that connection to the backend
    # Who serves one at a time makes the clients wait for each hung call: fewer requests then.
    per_client = 10 if "concurrent_clients" in info["capabilities"] else 3

    def ask(_: int) -> list[tuple[int, bytes]]:
        replies = [server.get("/any") for _ in range(per_client)]
        return [(reply.status, reply.body) for reply in replies]

    with ThreadPoolExecutor(CLIENTS) as pool:
        replies = [reply for part in pool.map(ask, range(CLIENTS)) for reply in part]
    statuses = [status for status, _ in replies]
    assert set(statuses) <= {200, 502, 504}
    assert all(body == ANY_BODY for status, body in replies if status == 200)
    wait_until(lambda: backend.stats()["in_flight"] == 0)
    counts = backend.stats()["services"]["any"]
    late = statuses.count(504) - counts["hung"]  # this machine stood still beyond the deadline, if any
    assert late >= 0
    assert statuses.count(502) <= counts["failed"] + counts["reset"]
    right = CLIENTS * per_client - counts["failed"] - counts["reset"] - counts["hung"]
    assert right - late <= statuses.count(200) <= right
    assert counts["failed"] > 0 and counts["reset"] > 0
    # redis-cli, which asks, is the one connection more.
    wait_until(lambda: backend.stats()["connections"]["open"] <= POOL + 1)
    server.counters_when(lambda c: c["in_flight"] == 0 and c["connections_closed"] == c["connections_accepted"])
    wait_until(lambda: server.descriptors() <= idle_descriptors + POOL)
    reply = server.get("/good")
    assert (reply.status, reply.body) == (200, GOOD_BODY)
