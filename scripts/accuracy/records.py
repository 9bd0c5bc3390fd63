"""The two logs of an experiment: what the generator did with each request, and what the server did."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path


class ExperimentError(Exception):
    """An experiment that says nothing; the message is one line with the reason."""


@dataclass(frozen=True)
class SentRequest:
    """One line of interleave-load --requests. Times in ns on CLOCK_MONOTONIC; None: it never came to that."""

    id: int
    measured: bool
    outcome: str
    intended: int
    sent: int | None
    done: int | None


def _time(text: str) -> int | None:
    return int(text) if text else None


def read_requests(path: Path) -> list[SentRequest]:
    with path.open(newline="", encoding="utf-8") as file:
        return [SentRequest(int(row["id"]), row["phase"] == "window", row["outcome"], int(row["intended_ns"]),
                            _time(row["sent_ns"]), _time(row["ended_ns"])) for row in csv.DictReader(file)]


def read_services(path: Path) -> dict[int, int]:
    """Service time in ns by request id, from the log of oracle-server."""
    with path.open(newline="", encoding="utf-8") as file:
        return {int(row["id"]): int(row["end_ns"]) - int(row["start_ns"]) for row in csv.DictReader(file)}


def served(requests: list[SentRequest], services: dict[int, int]) -> list[tuple[SentRequest, int]]:
    """Each request with its service. Fails if one has none or did not end well: nothing may be left out."""
    bad = [request for request in requests if request.outcome != "ok"]
    if bad:
        raise ExperimentError(f"{len(bad)} of {len(requests)} requests did not end well (first: {bad[0].outcome})")
    missing = [request.id for request in requests if request.id not in services]
    if missing:
        raise ExperimentError(f"the server did not log {len(missing)} requests (first: id {missing[0]})")
    return [(request, services[request.id]) for request in requests]
