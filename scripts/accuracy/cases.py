"""The experiments: which queue, how loaded, and what the generator must then have measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accuracy.queues import quantile, response_times
from accuracy.records import SentRequest

PERCENTILES = {"p50": 0.50, "p90": 0.90, "p99": 0.99}
TOLERANCE_MS = 0.5
TOLERANCE_SHARE = 0.03


@dataclass(frozen=True)
class QueueCase:
    name: str
    what: str
    utilisation: float
    rate: float                # requests per second, Poisson
    mean_ms: float             # of the service
    service: str               # constant or exponential
    server_limit: int          # services at a time in the server; 0: no limit
    connections: int
    client_limit: int = 0      # where requests wait in the generator: its connections

    @property
    def servers(self) -> int:
        return self.client_limit or self.server_limit


def queue_cases() -> list[QueueCase]:
    cases = []
    for utilisation in (0.5, 0.7, 0.9):
        percent = f"{utilisation:.0%}"
        cases += [
            QueueCase(f"one server {percent}", "M/D/1, waits in the server", utilisation, utilisation / 2e-3, 2,
                      "constant", 1, 256),
            QueueCase(f"four servers {percent}", "M/M/4, waits in the server", utilisation, 4 * utilisation / 8e-3, 8,
                      "exponential", 4, 256),
            # Utilisation of 10 such servers, which is how the load was chosen: there is no limit to reach.
            QueueCase(f"no limit {percent}", "M/M/infinity, waits nowhere", utilisation, 10 * utilisation / 20e-3, 20,
                      "exponential", 0, 256),
            # As many connections as servers: the queue is the generator's own, and must count all the same.
            QueueCase(f"16 connections {percent}", "M/M/16, waits in the generator", utilisation,
                      16 * utilisation / 40e-3, 40, "exponential", 0, 16, 16),
        ]
    return cases


def expected_responses(case: QueueCase, pairs: list[tuple[SentRequest, int]]) -> list[int]:
    """From the intended time to the end of the service, in ns, of the measured requests: what the queue says.

    Arrivals are the recorded sends, services those the server logged; where requests wait in the generator, they
    arrive at its queue when they were meant to be sent.
    """
    def arrival(request: SentRequest) -> int:
        return request.intended if case.client_limit else request.sent

    ordered = sorted(pairs, key=lambda pair: arrival(pair[0]))
    responses = response_times([arrival(request) for request, _ in ordered], [service for _, service in ordered],
                               case.servers)
    return [response + arrival(request) - request.intended
            for response, (request, _) in zip(responses, ordered) if request.measured]


def compare(measured_ns: dict[str, int], expected: list[int]) -> dict[str, dict[str, Any]]:
    """Each percentile measured and expected, in ms, with what they may differ by."""
    rows = {}
    for name, q in PERCENTILES.items():
        want, got = quantile(expected, q) / 1e6, measured_ns[name] / 1e6
        allowed = max(TOLERANCE_MS, TOLERANCE_SHARE * want)
        rows[name] = {"measured_ms": round(got, 4), "oracle_ms": round(want, 4), "error_ms": round(got - want, 4),
                      "allowed_ms": round(allowed, 4), "ok": abs(got - want) <= allowed}
    return rows
