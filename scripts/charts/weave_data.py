"""How a model served requests that came at once: weave/<model>.json of a run, typed, and what can be read off it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

from charts.json_reader import Reader, read_json

SCHEMA_VERSION = 1
READY = ("accept_queue", "ready")  # a request of either could be worked on, and nobody does


@dataclass(frozen=True)
class Span:
    state: str
    op: str
    lane: int | None  # the thread that runs it, or that its wait holds
    begin_ms: float
    end_ms: float


@dataclass(frozen=True)
class Request:
    name: str
    received_ms: float
    predicted_ms: float
    spans: tuple[Span, ...]

    def state_at(self, time_ms: float) -> str:
        """'ready', 'running', 'waiting', or 'answered' after the last span."""
        for span in self.spans:
            if time_ms < span.end_ms:
                return "ready" if span.state in READY else span.state
        return "answered"

    def runs(self) -> list[Span]:
        return [span for span in self.spans if span.state == "running"]


@dataclass(frozen=True)
class Weave:
    model: str
    family: str
    workload: str
    in_flight_limit: int | None
    cores: int
    finish_ms: tuple[float, ...]  # of all traced runs
    kept: int
    predicted_finish_ms: float
    lanes: int
    requests: tuple[Request, ...]

    @property
    def finish(self) -> float:
        return self.finish_ms[self.kept]

    def turns(self, lane: int) -> list[tuple[Span, Request]]:
        """Who runs on a thread, one after another."""
        return sorted(((span, request) for request in self.requests for span in request.runs() if span.lane == lane),
                      key=lambda turn: turn[0].begin_ms)

    @property
    def woven(self) -> bool:
        """On some thread a request goes on after another one had its turn."""
        for lane in range(self.lanes):
            names = [name for name, _ in itertools.groupby(request.name for _, request in self.turns(lane))]
            if len(names) > len(set(names)):
                return True
        return False

    @property
    def holds(self) -> bool:
        """A wait holds the thread that began it."""
        return any(span.state == "waiting" and span.lane is not None for request in self.requests for span in request.spans)

    @property
    def most_in_flight(self) -> int:
        """Requests at a time between their first run and their end."""
        changes = [change for request in self.requests
                   for change in ((request.runs()[0].begin_ms, 1), (request.spans[-1].end_ms, -1))]
        return max(itertools.accumulate(change for _, change in sorted(changes)))


def load_weaves(folder: Path, models: list[str]) -> tuple[Weave, ...]:
    """Those that exist, in the order of `models`."""
    files = (folder / "weave" / f"{model}.json" for model in models)
    return tuple(_weave(read_json(file, SCHEMA_VERSION)) for file in files if file.is_file())


def _weave(weave: Reader) -> Weave:
    return Weave(
        model=weave.text("model"),
        family=weave.text("family"),
        workload=weave.text("workload"),
        in_flight_limit=None if weave.is_null("in_flight_limit") else weave.integer("in_flight_limit"),
        cores=weave.integer("cores"),
        finish_ms=tuple(ns / 1e6 for ns in weave.list_of("finish_ns", int)),
        kept=weave.integer("kept"),
        predicted_finish_ms=weave.integer("predicted_finish_ns") / 1e6,
        lanes=weave.integer("lanes"),
        requests=tuple(_request(request) for request in weave.objects("requests")))


def _request(request: Reader) -> Request:
    return Request(request.text("name"), request.integer("received_ns") / 1e6, request.integer("predicted_ns") / 1e6,
                   tuple(_span(span) for span in request.objects("spans")))


def _span(span: Reader) -> Span:
    return Span(span.text("state"), span.text("op", ""), None if span.is_null("lane") else span.integer("lane"),
                span.integer("begin_ns") / 1e6, span.integer("end_ns") / 1e6)
