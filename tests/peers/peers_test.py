"""The peers, where they are installed: under the contract as far as they claim it, found only where they are asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from processes import binary, run, source_dir
from suite import Client, Server, request

PEERS = source_dir() / "tests" / "peers"
WORKLOAD = source_dir() / "workloads" / "hello.toml"
NAMES = sorted(file.stem for file in PEERS.glob("*.toml"))
NOBODY = 1  # a port where no backend listens: peers call none


def listed(*options: str) -> dict[str, dict[str, Any]]:
    done = run([binary("interleave"), "list", "models", "--json", *options])
    assert done.returncode == 0, done.stderr
    return {model["name"]: model for model in json.loads(done.stdout)}


@pytest.fixture(name="peer", params=NAMES)
def fixture_peer(request: pytest.FixtureRequest) -> str:
    entry = listed("--servers", str(PEERS))[request.param]
    if "skipped" in entry:
        pytest.skip(f"{request.param}: {entry['skipped']}")
    return request.param


def test_they_are_there_only_where_they_are_asked_for():
    assert not set(NAMES) & set(listed())
    assert set(NAMES) <= set(listed("--servers", str(PEERS)))


def test_it_passes_verification_and_keeps_out_of_workloads_with_work(peer: str):
    done = run([binary("interleave"), "verify", "--servers", PEERS, "--models", peer, "--workloads", "hello,one_call"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"ok    {peer} hello: 1 checks\n" in done.stdout
    assert f"note  {peer} on one_call: skipped, it has no routes" in done.stdout


def test_a_connection_serves_as_many_requests_as_are_asked(peer: str):
    with Server(peer, WORKLOAD, NOBODY) as server:
        with server.client() as client:
            replies = {client.get("/hello")[::2] for _ in range(2000)}
        assert replies == {(200, b"Hello, world\n")}
        if "live_counters" in listed("--servers", str(PEERS))[peer]["capabilities"]:
            assert server.counters()["requests"] == 2000
            assert server.stop()["responses"] == {"200": 2000}


def test_64_clients_get_in_and_are_served(peer: str):
    with Server(peer, WORKLOAD, NOBODY) as server:
        clients = [server.client() for _ in range(64)]
        for client in clients:
            client.send(request("/hello"))
        assert {client.reply().status for client in clients} == {200}
        for client in clients:
            client.__exit__()


def test_it_ends_on_sigterm_and_leaves_nothing(peer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with Server(peer, WORKLOAD, NOBODY) as server:
        assert server.get("/hello").status == 200
        port = server.port
        assert server.terminate() == 0
        with pytest.raises(ConnectionRefusedError):
            Client(port)
    assert list(tmp_path.iterdir()) == []
