"""What a server counts, and the line it prints of it: the same keys as servers/common/counters_line.cpp."""

from __future__ import annotations

import json
import os
import resource
import time
from dataclasses import dataclass, field


@dataclass
class Counters:
    """Written and read by one thread: Python runs signal handlers between two instructions of it."""

    requests: int = 0
    responses: dict[int, int] = field(default_factory=dict)
    backend_calls: int = 0
    backend_errors: int = 0
    connections_accepted: int = 0
    connections_closed: int = 0
    connections_reset: int = 0
    connections_answered: int = 0
    ended_responses: int = 0
    ended_responses_squared: int = 0
    ended_unanswered: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    in_flight: int = 0
    max_in_flight: int = 0

    def request_begins(self) -> None:
        self.requests += 1
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)

    def request_ends(self) -> None:
        self.in_flight -= 1

    def response(self, status: int, first: bool) -> None:
        """Before it is written: no client knows of a response that is not counted. `first`: of its connection."""
        self.connections_answered += first
        self.responses[status] = self.responses.get(status, 0) + 1

    def connection_ends(self, responses: int, reset: bool) -> None:
        self.connections_closed += 1
        self.connections_reset += reset
        self.ended_responses += responses
        self.ended_responses_squared += responses * responses
        self.ended_unanswered += responses == 0

    def line(self) -> str:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return json.dumps({
            "requests": self.requests,
            "responses": {str(status): count for status, count in self.responses.items()},
            "backend_calls": self.backend_calls,
            "backend_errors": self.backend_errors,
            "connections_accepted": self.connections_accepted,
            "connections_closed": self.connections_closed,
            "connections_reset": self.connections_reset,
            "per_connection": {"answered": self.connections_answered, "ended": self.connections_closed,
                               "responses": self.ended_responses, "responses_squared": self.ended_responses_squared,
                               "unanswered": self.ended_unanswered},
            "threads_created": 0,
            "bytes_in": self.bytes_in,
            "bytes_out": self.bytes_out,
            "in_flight": self.in_flight,
            "max_in_flight": self.max_in_flight,
            "cpu_ns": time.process_time_ns(),
            "user_us": round(usage.ru_utime * 1e6),
            "system_us": round(usage.ru_stime * 1e6),
            "voluntary_switches": usage.ru_nvcsw,
            "involuntary_switches": usage.ru_nivcsw,
        }, separators=(",", ":"))


def say(line: str) -> None:
    """One write, so that lines never mix. If stdout is gone nobody listens."""
    try:
        os.write(1, line.encode() + b"\n")
    except OSError:
        pass
