"""A server's trace file, read and checked independently of the harness's own reader (docs/tracing.md)."""

from __future__ import annotations

import itertools
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterable, Iterator, NamedTuple

_HEADER = struct.Struct("<8sIIQQII")
_EVENT = struct.Struct("<QIHBB")
_STATES = {1: "accepted", 2: "ready", 3: "running", 4: "waiting", 5: "idle", 6: "closed"}
_OPS = {1: "read", 2: "write", 3: "backend", 4: "file", 5: "sleep"}
_FOLLOWS = {
    "accepted": {"idle", "ready", "running", "closed"},
    "idle": {"ready", "running", "closed"},
    "ready": {"running", "closed"},
    "running": {"waiting", "idle", "closed"},
    "waiting": {"running", "ready", "closed"},
    "closed": set(),
}


class Event(NamedTuple):
    time_ns: int
    connection: int
    lane: int
    state: str
    op: str    # of waiting
    held: bool  # of running: the wait before it held its thread


class Slice(NamedTuple):
    state: str
    begin_ns: int
    end_ns: int
    lane: int
    op: str


@dataclass
class Request:
    connection: int
    slices: list[Slice] = field(default_factory=list)

    @property
    def begin_ns(self) -> int:
        return self.slices[0].begin_ns

    @property
    def end_ns(self) -> int:
        return self.slices[-1].end_ns

    def total_ns(self, state: str, op: str = "") -> int:
        return sum(s.end_ns - s.begin_ns for s in self.slices if s.state == state and op in ("", s.op))


class Trace(NamedTuple):
    dropped: int
    lanes: int
    connections: int
    events: list[Event]


def read_trace(path: Path) -> Trace:
    content = path.read_bytes()
    magic, version, event_bytes, count, dropped, lanes, connections = _HEADER.unpack_from(content)
    assert (magic, version, event_bytes) == (b"ILTRACE\n", 1, _EVENT.size)
    assert len(content) == _HEADER.size + count * _EVENT.size
    events = []
    for time_ns, connection, lane, state, detail in _EVENT.iter_unpack(content[_HEADER.size:]):
        name = _STATES[state]
        assert lane < lanes and 1 <= connection <= connections
        events.append(Event(time_ns, connection, lane, name, _OPS[detail] if name == "waiting" else "",
                            name == "running" and detail == 1))
    assert all(a.time_ns <= b.time_ns for a, b in itertools.pairwise(events)), "events are not in order"
    return Trace(dropped, lanes, connections, events)


def requests_of(trace: Trace) -> list[Request]:
    """Every request that was answered or given up, by its begin. Fails where a connection's states do not follow each
    other: then something is missing or was recorded twice."""
    requests = []
    for connection in range(1, trace.connections + 1):
        requests += _requests(connection, [event for event in trace.events if event.connection == connection])
    return sorted(requests, key=lambda request: request.begin_ns)


def _requests(connection: int, events: list[Event]) -> Iterator[Request]:
    assert events and events[0].state == "accepted", f"connection {connection} was never accepted"
    request = Request(connection)
    for event, following in itertools.pairwise(events):
        assert following.state in _FOLLOWS[event.state], \
            f"connection {connection}: {following.state} follows {event.state}"
        if following.held:
            assert event.state == "waiting" and event.lane == following.lane, "held a thread and woke on another"
        if event.state in ("ready", "running", "waiting"):
            request.slices.append(Slice(event.state, event.time_ns, following.time_ns, event.lane, event.op))
        if request.slices and following.state in ("idle", "closed"):
            yield request
            request = Request(connection)


def assert_lanes_are_threads(requests: Iterable[Request]) -> None:
    """A thread does one thing at a time: the run slices of a lane never overlap."""
    slices = sorted((s.lane, s.begin_ns, s.end_ns) for request in requests for s in request.slices
                    if s.state == "running")
    for (lane, _, end), (next_lane, begin, _) in itertools.pairwise(slices):
        assert lane != next_lane or end <= begin, f"lane {lane} runs two requests at {begin}"


def most_in_flight(requests: Iterable[Request]) -> int:
    """Requests at a time between their first run and their end."""
    changes = []
    for request in requests:
        first_run = next(s.begin_ns for s in request.slices if s.state == "running")
        changes += [(first_run, 1), (request.end_ns, -1)]
    return max(itertools.accumulate(change for _, change in sorted(changes)))


def run_order(requests: list[Request], lane: int) -> list[int]:
    """Whose turn it was on a lane, as places in `requests`: [0, 1, 0, 1] is woven, [0, 0, 1, 1] is not."""
    turns = sorted((s.begin_ns, place) for place, request in enumerate(requests) for s in request.slices
                   if s.state == "running" and s.lane == lane)
    return [place for _, place in turns]
