"""What each model does at its limits: the table in servers/README.md, row by row."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Callable, Iterator

import pytest
from conftest import MODEL

from processes import run, wait_until
from suite import REPLY_DEADLINE_S, Backend, Client, Reply, Server, describe, request, server_command

pytestmark = pytest.mark.needs("routes")

# held: long enough for a test to look at what waits behind it, on a busy machine under a sanitizer too.
WORKLOAD = """
name = "overload"
description = "requests that take their place and keep it for a while"
services.short = { latency = { constant = "1ms" } }
services.long = { latency = { constant = "100ms" } }
services.held = { latency = { constant = "2s" } }
services.stuck = { latency = { constant = "30s" } }
[[route]]
target = "/plain"
[[route]]
target = "/short"
steps = [ { call = "short" } ]
[[route]]
target = "/long"
steps = [ { call = "long" } ]
[[route]]
target = "/held"
steps = [ { call = "held" } ]
[[route]]
target = "/stuck"
steps = [ { call = "stuck" } ]
"""


@pytest.fixture(name="workload", scope="module")
def fixture_workload(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("workload") / "overload.toml"
    path.write_text(WORKLOAD)
    return path


def expect_busy(reply: Reply) -> None:
    assert reply.status == 503
    assert int(reply.headers["retry-after"]) > 0


def answered_within(client: Client, seconds: float) -> bool:
    client.socket.settimeout(seconds)
    try:
        return client.socket.recv(1, socket.MSG_PEEK) != b""
    except TimeoutError:
        return False
    finally:
        client.socket.settimeout(REPLY_DEADLINE_S)


def has_option(name: str) -> bool:
    return any(option["name"] == name for option in describe(MODEL)["options"])


@pytest.fixture(name="start")
def fixture_start(workload: Path, backend: Backend) -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(*options: str) -> Server:
        servers.append(Server(MODEL, workload, backend.port, *options))
        return servers[-1]

    yield start
    for server in servers:
        server.__exit__()


def await_calls(server: Server, calls: int) -> None:
    server.counters_when(lambda counters: counters["backend_calls"] == calls)


def await_held(backend: Backend) -> None:
    wait_until(lambda: backend.stats()["in_flight"] == 1)


def test_clients_beyond_the_limit_wait_in_the_listen_queue(start, backend: Backend):
    server = start("--max-connections", "1")
    with server.client() as first, server.client() as second:
        first.send(request("/held", "Connection: close"))
        second.send(request("/plain", "Connection: close"))
        await_held(backend)
        assert server.counters()["connections_accepted"] == 1
        assert first.reply().status == 200
        first.__exit__()
        assert second.reply().status == 200


@pytest.mark.needs("concurrent_clients")
def test_calls_wait_for_a_backend_connection(start, backend: Backend):
    server = start("--backend-connections", "1")
    clients = [server.client() for _ in range(3)]
    for client in clients:
        client.send(request("/long", "Connection: close"))
    assert [client.reply().status for client in clients] == [200] * 3
    assert backend.stats()["max_in_flight"] == 1


@pytest.mark.needs("concurrent_clients")
def test_a_call_beyond_the_backend_queue_is_503(start):
    server = start("--backend-connections", "1", "--backend-queue", "1")
    served, queued, beyond = (server.client() for _ in range(3))
    served.send(request("/stuck", "Connection: close"))
    await_calls(server, 1)
    queued.send(request("/short", "Connection: close"))
    await_calls(server, 2)
    expect_busy(beyond.get("/short", "Connection: close"))
    assert server.get("/plain").status == 200
    assert server.counters()["responses"] == {"200": 1, "503": 1}


def test_beyond_the_threads_clients_wait_or_are_told_to_come_back(start, backend: Backend):
    if not has_option("--max-threads"):
        pytest.skip(f"{MODEL} has no --max-threads")
    server = start("--max-threads", "1")
    with server.client() as first, server.client() as second:
        first.send(request("/held", "Connection: close"))
        await_held(backend)
        second.send(request("/plain", "Connection: close"))
        if MODEL == "thread_per_connection":
            assert not answered_within(second, 0.05)
            assert first.reply().status == 200
            first.__exit__()
            assert second.reply().status == 200
        else:
            expect_busy(second.reply())
            assert first.reply().status == 200
    server.counters_when(lambda counters: counters["in_flight"] == 0)


@pytest.mark.parametrize("when_full", ["wait", "reject"])
def test_a_full_queue_waits_or_rejects(start, backend: Backend, when_full: str):
    if not has_option("--queue-limit"):
        pytest.skip(f"{MODEL} has no queue")
    server = start("--threads", "1", "--queue-limit", "1", "--when-full", when_full)
    served, *others = (server.client() for _ in range(4))
    served.send(request("/held", "Connection: close"))
    await_held(backend)
    for client in others:
        client.send(request("/plain", "Connection: close"))
    replies = [client.reply() for client in others]
    assert served.reply().status == 200
    rejected = [reply for reply in replies if reply.status != 200]
    assert len(rejected) == (0 if when_full == "wait" else 2)
    for reply in rejected:
        expect_busy(reply)
    counters = server.counters_when(lambda c: c["connections_closed"] == c["connections_accepted"])
    assert counters["max_in_flight"] == 1 and counters["requests"] == 4


def test_the_limit_of_requests_in_flight_is_the_one_given():
    if not has_option("--threads"):
        pytest.skip(f"{MODEL} has no --threads")
    done = run([*server_command(MODEL), "--threads", "7", "--describe"])
    assert json.loads(done.stdout)["prediction"]["in_flight_limit"] == 7
