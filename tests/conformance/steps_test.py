"""Every kind of step on every model: the right reply, and waiting the way the model says it waits."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Iterator

import pytest
from conftest import MODEL

from processes import wait_until
from suite import Backend, Server

pytestmark = pytest.mark.needs("routes")

WORKLOAD = """
name = "steps"
description = "one route for each kind of step"
services.a = { latency = { constant = "50ms" }, reply_bytes = 10 }
services.b = { latency = { constant = "60ms" }, reply_bytes = 7 }
services.hangs = { latency = { constant = "30s" } }
[[route]]
target = "/parallel"
steps = [ { parallel = [ { call = "a" }, { call = "b" }, { call = "a" } ] }, { call = "b" } ]
[[route]]
target = "/partly_stuck"
steps = [ { parallel = [ { call = "a" }, { call = "hangs" } ] } ]
[[route]]
target = "/file"
steps = [ { file = "100KiB" }, { file = "5B" } ]
[[route]]
target = "/sleep"
steps = [ { sleep = "150ms" } ]
[[route]]
target = "/lock"
steps = [ { call = "a" }, { lock = "1ms" } ]
[[route]]
target = "/cpu"
steps = [ { cpu = "1ms" }, { serialize = 2 } ]
"""

LOOPS = {"libuv_loop", "asio_loop", "epoll_minimal", "asyncio_server"}
FILE_THREADS = {"libuv_loop": 4}  # libuv's pool, made at the first file operation; UV_THREADPOOL_SIZE's default


@pytest.fixture(name="workload", scope="module")
def fixture_workload(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("workload") / "steps.toml"
    path.write_text(WORKLOAD)
    return path


@pytest.fixture(name="hasty")
def fixture_hasty(workload: Path, backend: Backend) -> Iterator[Server]:
    """A server that waits for a backend call no longer than 300 ms."""
    with Server(MODEL, workload, backend.port, "--backend-timeout", "300ms") as server:
        yield server


def body(server: Server, target: str) -> dict:
    reply = server.get(target)
    assert reply.status == 200
    return json.loads(reply.body)


def test_overlapping_calls_overlap_in_loops_and_follow_one_another_elsewhere(server: Server, backend: Backend):
    assert body(server, "/parallel") == {"route": "parallel", "calls": 4, "bytes": 34}
    stats = backend.stats()
    assert stats["calls"] == 4 and stats["in_flight"] == 0
    assert stats["max_in_flight"] == (3 if MODEL in LOOPS else 1)


def test_one_call_that_hangs_fails_the_request_and_leaves_nothing(hasty: Server, backend: Backend):
    assert hasty.get("/partly_stuck").status == 504
    hasty.counters_when(lambda c: c["in_flight"] == 0 and c["backend_errors"] == 1)
    wait_until(lambda: backend.stats()["in_flight"] == 0)  # the connection of the call that hangs is closed
    assert body(hasty, "/parallel")["bytes"] == 34, "no late reply answers another call"


def test_files_are_read_whole(server: Server, info):
    before = server.threads()
    for _ in range(3):
        assert body(server, "/file") == {"route": "file", "calls": 0, "bytes": 102405}
    if "thread" not in info["build_type"] and MODEL in FILE_THREADS:
        assert server.threads() == before + FILE_THREADS[MODEL]
    elif "thread" not in info["build_type"] and info["family"] == "loop":
        assert server.threads() == before


def test_a_pause_lasts_its_time(server: Server):
    started = time.monotonic()
    assert body(server, "/sleep") == {"route": "sleep", "calls": 0, "bytes": 0}
    assert time.monotonic() - started >= 0.150


@pytest.mark.needs("concurrent_clients")
def test_pauses_of_several_requests_overlap(server: Server):
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: server.get("/sleep"), range(8)))
    assert [reply.status for reply in replies] == [200] * 8
    assert server.counters()["max_in_flight"] > 1


def test_requests_that_share_a_lock_are_all_answered(server: Server):
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: server.get("/lock"), range(16)))
    assert [reply.status for reply in replies] == [200] * 16


def test_cpu_work_and_items(server: Server):
    answer = body(server, "/cpu")
    assert answer["route"] == "cpu" and len(answer["items"]) == 2
