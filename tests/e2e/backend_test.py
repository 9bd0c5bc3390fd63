"""interleave-backend as its users see it: a process, spoken to by redis-cli and by sockets.

Delays are checked from below only: a reply before its time is a bug, a late one may be a busy machine.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import time
from pathlib import Path
from typing import Iterator

import pytest

from processes import Process, binary, run, source_dir, wait_until

WORKLOAD = """
name = "test"
description = "three services of different delay"
services.fast = { latency = { constant = "1ms" }, reply_bytes = 10 }
services.slow = { latency = { constant = "60ms" }, reply_bytes = 64 }
services.stuck = { latency = { constant = "1min" } }
[[route]]
target = "/fast"
steps = [ { call = "fast" } ]
"""
SLOW_S = 0.060


@pytest.fixture(name="workload")
def fixture_workload(tmp_path: Path) -> Path:
    path = tmp_path / "test.toml"
    path.write_text(WORKLOAD)
    return path


class Backend(Process):
    """A backend that is ready."""

    def __init__(self, workload: Path, *options: str, **process_options: int) -> None:
        command = [binary("interleave-backend"), "--listen", "127.0.0.1:0", "--workload", str(workload), *options]
        super().__init__(command, **process_options)
        try:
            self.port: int = self.wait_ready()["port"]
        except BaseException:
            self.__exit__()
            raise

    def cli(self, *words: str, text: str | None = None) -> str:
        """What redis-cli prints; with `text`, redis-cli reads commands from it."""
        done = run(["redis-cli", "-h", "127.0.0.1", "-p", str(self.port), *words], input=text)
        assert done.returncode == 0, done.stderr
        return done.stdout.rstrip("\n")

    def stats(self) -> dict[str, object]:
        return json.loads(self.cli("STATS"))

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)


@pytest.fixture(name="backend")
def fixture_backend(workload: Path) -> Iterator[Backend]:
    with Backend(workload) as backend:
        yield backend
        assert backend.terminate() == 0, backend.stderr
        assert backend.stderr == ""


def receive(client: socket.socket, wire: bytes) -> bytes:
    """As many bytes as `wire` has, fewer if the peer closes."""
    got = b""
    while len(got) < len(wire):
        chunk = client.recv(len(wire) - len(got))
        if not chunk:
            break
        got += chunk
    return got


def bulk(size: int) -> bytes:
    return b"$%d\r\n%s\r\n" % (size, b"x" * size)


def test_redis_cli_is_answered(backend: Backend) -> None:
    assert backend.cli("PING") == "PONG"
    assert backend.cli("ping", "hello") == "hello"
    assert backend.cli("CALL", "fast", "1", "0") == "x" * 10
    assert backend.cli("CALL", "fast", "-", "0", "1000") == "x" * 1000


def test_a_call_takes_its_delay(backend: Backend) -> None:
    with backend.connect() as client:
        for _ in range(3):
            begin = time.monotonic()
            client.sendall(b"CALL slow 1 0\r\n")
            assert receive(client, bulk(64)) == bulk(64)
            assert time.monotonic() - begin >= SLOW_S
    assert backend.stats()["mean_delay_ns"] == pytest.approx(SLOW_S * 1e9)


def test_calls_wait_side_by_side(backend: Backend) -> None:
    clients = [backend.connect() for _ in range(50)]
    for client in clients:
        client.sendall(b"CALL slow - 0\r\n")
    for client in clients:
        assert receive(client, bulk(64)) == bulk(64)
        client.close()
    # All were sent before the first could be answered, unless this machine stood still for 60 ms.
    assert backend.stats()["max_in_flight"] > 1


def test_errors_are_replies_and_the_connection_lives_on(backend: Backend) -> None:
    assert backend.cli("CALL", "nobody", "1", "0").startswith("ERR unknown service 'nobody'")
    assert backend.cli("CALL", "fast").startswith("ERR wrong number of arguments")
    assert backend.cli("COMMAND", "DOCS").startswith("ERR unknown command 'COMMAND'")
    lines = backend.cli(text="COMMAND DOCS\nHGET x\nPING\n").split("\n")
    assert lines[-1] == "PONG"


def test_stats_account_for_every_call(backend: Backend) -> None:
    for service in ["fast"] * 5 + ["slow"]:
        backend.cli("CALL", service, "-", "0")
    backend.cli("NONSENSE")
    stats = backend.stats()
    assert stats["schema_version"] == 1
    assert stats["calls"] == stats["completed"] == stats["lateness_ns"]["count"] == 6
    assert stats["calls_by_service"] == {"fast": 5, "slow": 1, "stuck": 0}
    assert stats["in_flight"] == stats["abandoned"] == 0
    assert stats["errors"] == 1
    assert stats["connections"] == {"open": 1, "accepted": 8}
    assert stats["seed"] == 1
    assert stats["cpu_ns"] > 0
    lateness = stats["lateness_ns"]
    assert 0 <= lateness["p50"] <= lateness["p99"]
    assert 0 <= lateness["mean"] <= lateness["max"]


def test_reset_zeroes_the_statistics(backend: Backend) -> None:
    backend.cli("CALL", "fast", "1", "0")
    assert backend.cli("RESET") == "OK"
    stats = backend.stats()
    assert stats["calls"] == stats["completed"] == 0
    assert stats["lateness_ns"]["p99"] is None


def test_pipelined_commands_are_answered_in_order(backend: Backend) -> None:
    with backend.connect() as client:
        begin = time.monotonic()
        client.sendall(b"CALL slow - 0\r\nPING\r\nCALL fast - 0\r\nCALL slow - 0 3\r\n")
        wanted = bulk(64) + b"+PONG\r\n" + bulk(10) + bulk(3)
        assert receive(client, wanted) == wanted
        assert time.monotonic() - begin >= SLOW_S


def test_commands_split_at_every_byte_are_understood(backend: Backend) -> None:
    wire = b"*4\r\n$4\r\nCALL\r\n$4\r\nfast\r\n$1\r\n-\r\n$1\r\n0\r\nPING\r\n"
    with backend.connect() as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in wire:
            client.sendall(bytes([byte]))
        wanted = bulk(10) + b"+PONG\r\n"
        assert receive(client, wanted) == wanted


def test_a_client_that_breaks_the_protocol_is_told_and_closed(backend: Backend) -> None:
    with backend.connect() as client:
        client.sendall(b"PING\r\n*1\r\n+PING\r\n")
        wanted = b"+PONG\r\n-ERR Protocol error\r\n"
        assert receive(client, wanted + b"?") == wanted
    with backend.connect() as client:
        client.sendall(b"x" * 100_000)
        assert client.recv(100).startswith(b"-ERR Protocol error")
    assert backend.cli("PING") == "PONG"


def test_calls_of_a_client_that_left_are_abandoned(backend: Backend) -> None:
    with backend.connect() as client:
        client.sendall(b"CALL stuck - 0\r\nCALL stuck - 0\r\nPING\r\n")
        wait_until(lambda: backend.stats()["in_flight"] == 2)
    wait_until(lambda: backend.stats()["in_flight"] == 0)
    stats = backend.stats()
    assert stats["calls"] == stats["abandoned"] == 2
    assert stats["completed"] == 0


def test_a_client_that_does_not_read_is_not_read_from(backend: Backend) -> None:
    """It gets all its replies once it reads, and meanwhile costs neither memory nor the others' time."""
    calls = 400
    with backend.connect() as client:
        client.sendall(b"CALL fast - 0 100000\r\n" * calls)  # 40 MB of replies: more than sockets and queue hold
        wait_until(lambda: backend.stats()["completed"] > 0)
        stats = backend.stats()
        assert stats["calls"] < calls
        rss_kib = int(Path(f"/proc/{backend.pid}/statm").read_text().split()[1]) * resource.getpagesize() // 1024
        assert rss_kib < 20_000 or "san" in os.environ.get("INTERLEAVE_BIN_DIR", "")
        wanted = bulk(100_000)
        for _ in range(calls):
            assert receive(client, wanted) == wanted
    assert backend.stats()["completed"] == calls


def test_the_same_seed_gives_the_same_delays(tmp_path: Path) -> None:
    path = tmp_path / "test.toml"
    path.write_text(WORKLOAD.replace('services.fast = { latency = { constant = "1ms" }',
                                     'services.fast = { latency = { exponential = "1ms" }'))

    def mean_delay(*options: str) -> float:
        with Backend(path, *options) as backend:
            backend.cli(text="".join(f"CALL fast {i} 0\n" for i in range(20)))
            return backend.stats()["mean_delay_ns"]

    assert mean_delay("--seed", "7") == mean_delay("--seed", "7")
    assert mean_delay("--seed", "7") != mean_delay("--seed", "8")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_answers_calls_in_flight(workload: Path, number: int) -> None:
    with Backend(workload) as backend, backend.connect() as client, backend.connect() as idle:
        client.sendall(b"CALL slow - 0\r\n")
        wait_until(lambda: backend.stats()["in_flight"] == 1)
        backend.send_signal(number)
        assert receive(client, bulk(64)) == bulk(64)
        assert client.recv(1) == b""
        assert idle.recv(1) == b""
        assert backend.wait() == 0
        assert backend.stderr == ""


def test_a_stuck_call_does_not_hold_up_the_end(workload: Path) -> None:
    with Backend(workload) as backend, backend.connect() as client:
        client.sendall(b"CALL stuck - 0\r\n")
        wait_until(lambda: backend.stats()["in_flight"] == 1)
        begin = time.monotonic()
        assert backend.terminate() == 0
        assert time.monotonic() - begin >= 1.0, "calls in flight get some time"


def test_out_of_descriptors_new_clients_wait(workload: Path) -> None:
    limit = 24
    with Backend(workload, max_descriptors=limit) as backend:
        clients = [backend.connect() for _ in range(limit)]  # the kernel completes those not accepted yet
        clients[0].sendall(b"PING\r\n")
        assert receive(clients[0], b"+PONG\r\n") == b"+PONG\r\n"
        before = cpu_seconds(backend.pid)
        clients[-1].sendall(b"PING\r\n")
        clients[-1].settimeout(0.5)
        with pytest.raises(TimeoutError):
            clients[-1].recv(1)
        assert cpu_seconds(backend.pid) - before < 0.3, "spins while it cannot accept"
        for client in clients[:-1]:
            client.close()
        clients[-1].settimeout(20)
        assert receive(clients[-1], b"+PONG\r\n") == b"+PONG\r\n"
        clients[-1].close()
        assert backend.terminate() == 0


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_taken_port_is_a_clear_error(backend: Backend, workload: Path) -> None:
    done = run([binary("interleave-backend"), "--listen", f"127.0.0.1:{backend.port}", "--workload", str(workload)])
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("error: cannot bind 127.0.0.1:")
    assert "choose another --listen" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ([], "--workload is missing"),
        (["--workload", "nowhere.toml"], "nowhere.toml"),
        (["--workload", "{bad}"], "bad.toml:1:"),
        (["--workload", "{good}", "--listen", "localhost:1"], "--listen 'localhost:1'"),
        (["--workload", "{good}", "--listen", "127.0.0.1"], "--listen '127.0.0.1'"),
        (["--workload", "{good}", "--seed", "x"], "--seed"),
        (["--workload", "{good}", "--seed", "-1"], "--seed: want a whole number from 0 to 18446744073709551615, not '-1'"),
        (["--workload", "{good}", "--seed", "18446744073709551616"], "--seed"),
        (["--workload", "{good}", "--fast"], "--fast"),
    ],
)
def test_wrong_use_exits_2_with_one_line(workload: Path, options: list[str], says: str) -> None:
    bad = workload.with_name("bad.toml")
    bad.write_text("nonsense = 1\n")
    words = [option.format(bad=bad, good=workload) for option in options]
    done = run([binary("interleave-backend"), *words])
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert done.stderr.startswith("error: ") and says in done.stderr
    assert done.stderr.count("\n") == 1
    assert len(done.stderr) < 200


def test_help_has_an_example_and_version_a_number() -> None:
    helped = run([binary("interleave-backend"), "--help"])
    assert helped.returncode == 0
    assert "interleave-backend --listen" in helped.stdout
    version = run([binary("interleave-backend"), "--version"])
    assert version.returncode == 0
    assert version.stdout[0].isdigit()


def test_the_accuracy_tool_accounts_for_its_calls() -> None:
    with Backend(source_dir() / "workloads" / "one_call.toml") as backend:
        address = f"127.0.0.1:{backend.port}"
        done = run([binary("backend_accuracy"), "--backend", address, "--connections", "20", "--seconds", "0.2"])
        assert done.returncode == 0, done.stderr
        figures = json.loads(done.stdout)
        assert figures["replies"] == figures["after"]["completed"] == figures["after"]["calls"] > 0
        assert figures["after"]["mean_delay_ns"] == pytest.approx(10e6)
        assert backend.terminate() == 0


FAULTS = """
name = "faults"
description = "one service for each fault, and one with a single worker"
services.one = { latency = { constant = "30ms" }, reply_bytes = 3, capacity = 1 }
services.fail = { latency = { constant = "1ms" }, faults = { fail = 1.0 } }
services.reset = { latency = { constant = "1ms" }, faults = { reset = 1.0 } }
services.hang = { latency = { constant = "1ms" }, capacity = 1, faults = { hang = 1.0 } }
services.slow = { latency = { constant = "20ms" }, faults = { slow = { probability = 1.0, factor = 3 } } }
[[route]]
target = "/faults"
"""


@pytest.fixture(name="faulty")
def fixture_faulty(tmp_path: Path) -> Iterator[Backend]:
    path = tmp_path / "faults.toml"
    path.write_text(FAULTS)
    with Backend(path) as backend:
        yield backend
        assert backend.terminate() == 0, backend.stderr


def test_get_gives_what_set_took_until_reset(backend: Backend) -> None:
    assert backend.cli("SET", "colour", "blue") == "OK"
    assert backend.cli("GET", "colour") == "blue"
    assert backend.cli("RESET") == "OK"
    assert backend.cli("GET", "colour") == ""


def test_one_worker_serves_one_call_after_another(faulty: Backend) -> None:
    begin = time.monotonic()
    clients = [faulty.connect() for _ in range(4)]
    for client in clients:
        client.sendall(b"CALL one - 0\r\n")
    clients[3].close()  # gives up its place
    for client in clients[:3]:
        assert receive(client, bulk(3)) == bulk(3)
        client.close()
    assert time.monotonic() - begin >= 3 * 0.030
    wait_until(lambda: faulty.stats()["in_flight"] == 0)
    service = faulty.stats()["services"]["one"]
    assert service["queued"] == service["in_service"] == 0
    assert 2 <= service["max_queued"] <= 3


def test_pipelined_calls_queue_for_the_one_worker(faulty: Backend) -> None:
    with faulty.connect() as client:
        client.sendall(b"CALL one - 0\r\nPING\r\nCALL one - 0\r\n")
        wanted = bulk(3) + b"+PONG\r\n" + bulk(3)
        assert receive(client, wanted) == wanted
    with faulty.connect() as client:  # and leave all together
        client.sendall(b"CALL one - 0\r\n" * 3)
    wait_until(lambda: faulty.stats()["services"]["one"]["in_service"] == 0)
    assert faulty.cli("CALL", "one", "1", "0") == "xxx"


def test_each_fault_does_what_it_says(faulty: Backend) -> None:
    assert faulty.cli("CALL", "fail", "1", "0") == "ERR simulated failure"
    with faulty.connect() as client, pytest.raises(ConnectionResetError):
        client.sendall(b"CALL reset 1 0\r\n")
        client.recv(1)
    begin = time.monotonic()
    assert faulty.cli("CALL", "slow", "1", "0", "1") == "x"
    assert time.monotonic() - begin >= 0.060
    services = faulty.stats()["services"]
    assert (services["fail"]["failed"], services["reset"]["reset"], services["slow"]["slow"]) == (1, 1, 1)
    assert faulty.stats()["completed"] == 3


def test_a_hung_call_holds_its_worker_until_it_is_ended(faulty: Backend) -> None:
    first, second = faulty.connect(), faulty.connect()
    first.sendall(b"CALL hang 1 0\r\n")
    wait_until(lambda: faulty.stats()["services"]["hang"]["in_service"] == 1)
    second.sendall(b"CALL hang 2 0\r\n")
    wait_until(lambda: faulty.stats()["services"]["hang"]["queued"] == 1)
    first.close()
    wait_until(lambda: faulty.stats()["services"]["hang"]["queued"] == 0)
    assert faulty.stats()["in_flight"] == 1
    assert faulty.cli(text="RESET\nRESET\n") == "OK\nOK"
    assert second.recv(100) == b"-ERR simulated hang, ended by RESET\r\n"
    second.sendall(b"PING\r\n")
    assert second.recv(100) == b"+PONG\r\n"
    second.close()
    stats = faulty.stats()
    assert stats["in_flight"] == 0 and stats["services"]["hang"]["in_service"] == 0
