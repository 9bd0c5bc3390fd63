"""What must be true of the model: who waits for whom, what the backend sees, what is left behind."""

from __future__ import annotations

import signal
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import MODEL

from processes import wait_until
from suite import Backend, Server, request

pytestmark = pytest.mark.needs("routes")

# What holds exactly, by model (never written from a measurement). threads: the process has, while it serves clients.
EXPECTED = {
    "single_threaded": {"max_in_flight": 1, "threads": 1, "threads_created": 0},
    "skeleton": {"max_in_flight": 1, "threads": 1, "threads_created": 0},
    "blocking_loop": {"max_in_flight": 1, "threads": 1, "threads_created": 0},
    "libuv_loop": {"max_in_flight": 8, "threads": 1, "threads_created": 0},
    "asio_loop": {"max_in_flight": 8, "threads": 1, "threads_created": 0},
    "epoll_minimal": {"max_in_flight": 8, "threads": 1, "threads_created": 0},
    "asyncio_server": {"max_in_flight": 8, "threads": 1, "threads_created": 0},
    "wsgiref_server": {"max_in_flight": 1, "threads": 1, "threads_created": 0},
    "thread_pool": {"max_in_flight": 8, "threads": 65, "threads_created": 64},
    "thread_per_request": {"max_in_flight": 8, "threads": 9, "threads_created": 8},
    "thread_per_connection": {"max_in_flight": 8, "threads": 9, "threads_created": 8},
}


def ask_together(server: Server, target: str, count: int) -> list[int]:
    with ThreadPoolExecutor(count) as pool:
        return [reply.status for reply in pool.map(lambda _: server.get(target), range(count))]


def test_the_backend_sees_each_call_once(server: Server, backend: Backend):
    assert ask_together(server, "/twice", 8) == [200] * 8
    stats = backend.stats()
    assert stats["calls"] == 16 and stats["in_flight"] == 0
    counters = server.counters()
    assert counters["backend_calls"] == 16 and counters["backend_errors"] == 0


def test_in_flight_and_threads_are_what_the_model_says(server: Server, backend: Backend, info):
    assert MODEL in EXPECTED, f"say in EXPECTED what must hold of {MODEL}"
    expected = EXPECTED[MODEL]
    clients = [server.client() for _ in range(8)]
    target = "/long" if expected["max_in_flight"] == 1 else "/longer"  # one after another they take their time
    for client in clients:
        client.send(request(target, "Connection: close"))
    # The backend is asked first: the server has made its threads then, and loses no signal (suite.Server.counters).
    wait_until(lambda: backend.stats()["in_flight"] == expected["max_in_flight"])
    server.counters_when(lambda c: c["in_flight"] == expected["max_in_flight"])
    if "thread" not in info["build_type"]:  # ThreadSanitizer has a thread of its own
        assert server.threads() == expected["threads"]
    for client in clients:
        assert client.reply().status == 200
        client.__exit__()
    counters = server.counters()
    assert counters["max_in_flight"] == expected["max_in_flight"]
    assert counters["threads_created"] == expected["threads_created"]


@pytest.mark.needs("keep_alive")
def test_each_request_has_a_thread_of_its_own_where_the_model_says_so(server: Server):
    """On one connection after another and on the same one: what tells a thread per request from one per connection."""
    expected = {"thread_per_request": 6, "thread_per_connection": 2}.get(MODEL, EXPECTED[MODEL]["threads_created"])
    for _ in range(2):
        with server.client() as client:
            for _ in range(3):
                assert client.get("/short").status == 200
    counters = server.counters_when(lambda c: c["connections_closed"] == 2)
    assert (counters["requests"], counters["threads_created"]) == (6, expected)


@pytest.mark.needs("concurrent_clients")
def test_a_stuck_request_does_not_stop_others(server: Server):
    with server.client() as stuck:
        stuck.send(request("/stuck"))
        server.counters_when(lambda c: c["backend_calls"] == 1)
        for _ in range(3):
            assert server.get("/short").status == 200


def test_a_client_that_leaves_harms_nobody(server: Server):
    for _ in range(5):
        with server.client() as client:
            client.send(request("/short"))
    with server.client() as client:  # and one that resets
        client.send(request("/short"))
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    assert server.get("/short").status == 200
    server.counters_when(lambda c: c["in_flight"] == 0 and c["connections_closed"] == c["connections_accepted"])


def test_no_descriptor_or_thread_is_left_behind(server: Server, backend: Backend):
    backend_connections = 8  # kept, one for each request that was in flight at most
    assert server.get("/plain").status == 200  # a pool has its threads now, a loop its descriptors
    server.counters_when(lambda c: c["connections_closed"] == 1)
    descriptors = server.descriptors() + backend_connections
    threads = server.threads()
    for _ in range(10):
        ask_together(server, "/short", 8)
        with server.client() as broken:
            broken.send(b"GET /sh")
    server.counters_when(lambda c: c["connections_closed"] == c["connections_accepted"])
    wait_until(lambda: server.descriptors() <= descriptors and server.threads() <= threads)
    assert not server.children()
    assert backend.stats()["in_flight"] == 0


def test_a_backend_that_is_down_is_502_and_comes_back(workload, server: Server, backend: Backend):
    assert server.get("/short").status == 200
    backend.terminate()
    assert server.get("/short").status == 502
    assert server.get("/short").status == 502
    assert server.get("/plain").status == 200
    counters = server.counters()
    assert counters["backend_errors"] == 2 and counters["responses"]["502"] == 2


def test_a_backend_that_dies_mid_call_is_502(server: Server, backend: Backend):
    with server.client() as client:
        client.send(request("/stuck"))
        server.counters_when(lambda c: c["backend_calls"] == 1)
        wait_until(lambda: backend.stats()["in_flight"] == 1)
        backend.send_signal(signal.SIGKILL)
        assert client.reply().status == 502


def test_a_slow_backend_is_504_and_a_late_reply_answers_nobody(workload, backend: Backend, info):
    with Server(MODEL, workload, backend.port, "--backend-timeout", "100ms") as server, server.client() as client:
        client.send(request("/long", "Connection: close"))
        assert client.reply().status == 504
        # The late reply of 64 bytes must not become the answer to this call of 33.
        assert server.get("/short").body == b'{"route":"short","calls":1,"bytes":33}\n'


@pytest.mark.needs("concurrent_clients")
def test_sigterm_under_load_loses_no_begun_request(server: Server):
    clients = [server.client() for _ in range(16)]
    for client in clients:
        client.send(request("/long"))
    server.counters_when(lambda c: c["backend_calls"] == 16)
    server.send_signal(signal.SIGTERM)
    assert [client.reply().status for client in clients] == [200] * 16
    for client in clients:
        client.__exit__()
    assert server.wait() == 0
