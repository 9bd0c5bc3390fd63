"""interleave-load as a process, for its tests: run, its result checked against the schema, its books balanced."""

from __future__ import annotations

import json
import re
import socket
from typing import Any

import jsonschema
import pytest

from processes import Process, binary, run, source_dir

LOAD = binary("interleave-load")
OUTCOMES = ("ok", "http_error", "connect_error", "reset", "timeout", "shed", "censored")
SCHEMA = json.loads((source_dir() / "docs/schemas/load.schema.json").read_text())
OPEN = ("--rate", "200")
CLOSED = ("--closed",)
DEADLINE_S = 60.0


def quick(warmup: str = "100ms", duration: str = "400ms", connections: int = 8) -> tuple[str, ...]:
    return ("--warmup", warmup, "--duration", duration, "--connections", str(connections))


QUICK = quick()


def require_plain_build(why: str) -> None:
    """Skips a test under the sanitizers: their builds say Debug+address or Debug+thread."""
    if "+" in run([LOAD, "--version"]).stdout:
        pytest.skip(why)


def check(result: dict[str, Any]) -> dict[str, Any]:
    """The result, if it is what the schema says and its books balance."""
    jsonschema.validate(result, SCHEMA)
    for books in (result["counts"], result["counts_warmup"]):
        assert books["scheduled"] == sum(books[outcome] for outcome in OUTCOMES), books
    counts, errors = result["counts"], result["errors"]
    assert sum(errors["by_status"].values()) == counts["http_error"], result
    assert sum(errors["by_errno"].values()) == counts["connect_error"] + counts["reset"], result
    assert result["service_time_ns"]["count"] == counts["ok"]
    assert result["response_time_ns"]["count"] == counts["ok"] + counts["timeout"]
    if "timeline" in result:
        check_timeline(result["timeline"], counts)
    return result


def check_timeline(timeline: list[dict[str, Any]], counts: dict[str, int]) -> None:
    """Its seconds add up to the window's counts, each second's buckets to its replies."""
    sums = {key: sum(second[key] for second in timeline) for key in ("scheduled", "ok", "failed")}
    assert sums == {"scheduled": counts["scheduled"], "ok": counts["ok"], "failed": counts["scheduled"] - counts["ok"]}
    for second in timeline:
        assert sum(count for _, count in second["response_ns"]) == second["ok"]
        assert (second["max_ns"] is None) == (second["ok"] == 0)
        if second["ok"]:
            assert second["response_ns"][0][0] <= second["p50_ns"] <= second["p99_ns"] <= second["max_ns"]


def load(url: str, *options: str, code: int = 0, **process_options: Any) -> dict[str, Any]:
    """The result of a run, with its seconds; a failing one (nothing succeeded) has one line on stderr."""
    done = run([LOAD, url, "--json", "-", "--json-timeline", *options], deadline_s=DEADLINE_S, **process_options)
    assert done.returncode == code, done.stderr
    if code == 1:
        assert re.fullmatch(r"error: none of \d+ requests succeeded.*\n", done.stderr), done.stderr
    else:
        assert done.stderr == ""
    return check(json.loads(done.stdout))


def output_of(process: Process) -> dict[str, Any]:
    """The result a generator prints until it ends."""
    lines = []
    while line := process.read_line(DEADLINE_S):
        lines.append(line)
    assert process.wait() == 0, process.stderr
    return check(json.loads("\n".join(lines)))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
