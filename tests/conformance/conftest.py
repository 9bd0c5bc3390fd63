"""The model under test comes from the environment; its capabilities say which cases apply."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Iterator

import pytest

from suite import Backend, Server, describe

MODEL = os.environ["INTERLEAVE_MODEL"]

WORKLOAD = """
name = "conformance"
description = "short, long, longer and stuck requests"
services.short = { latency = { constant = "1ms" }, reply_bytes = 33 }
services.long = { latency = { constant = "200ms" } }
services.longer = { latency = { constant = "3s" } }
services.stuck = { latency = { constant = "30s" } }
[[route]]
target = "/plain"
[[route]]
target = "/short"
steps = [ { call = "short" } ]
[[route]]
target = "/twice"
steps = [ { call = "short" }, { serialize = 3 }, { call = "short" } ]
[[route]]
target = "/long"
steps = [ { call = "long" } ]
[[route]]
target = "/longer"
steps = [ { call = "longer" } ]
[[route]]
target = "/stuck"
steps = [ { call = "stuck" } ]
"""


@pytest.fixture(name="info", scope="session")
def fixture_info() -> dict[str, Any]:
    return describe(MODEL)


@pytest.fixture(autouse=True)
def only_if_capable(request: pytest.FixtureRequest, info: dict[str, Any]) -> None:
    """@pytest.mark.needs("keep_alive"): an exemption is printed with its reason, never silent."""
    for mark in request.node.iter_markers("needs"):
        lacking = [name for name in mark.args if name not in info["capabilities"]]
        if lacking:
            pytest.skip(f"{MODEL} does not claim {', '.join(lacking)}")


@pytest.fixture(name="workload", scope="session")
def fixture_workload(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("workload") / "conformance.toml"
    path.write_text(WORKLOAD)
    return path


@pytest.fixture(name="backend")
def fixture_backend(workload: Path) -> Iterator[Backend]:
    with Backend(workload) as backend:
        yield backend


@pytest.fixture(name="server")
def fixture_server(workload: Path, backend: Backend) -> Iterator[Server]:
    with Server(MODEL, workload, backend.port) as server:
        yield server


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(*capabilities): runs only for models that claim all of them")
