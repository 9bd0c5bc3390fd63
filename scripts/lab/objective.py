"""What a pool shall keep: a percentile of the latencies below a limit."""

from __future__ import annotations

import re
from typing import NamedTuple

from charts.run_data import MIN_SAMPLES_BEYOND
from lab.errors import LabError

SHORTEST_WINDOW_MS, LONGEST_WINDOW_MS = 800, 8000


class Objective(NamedTuple):
    """`percentile` of the latencies shall lie below the limit."""

    percentile: str
    limit_ms: float

    @property
    def text(self) -> str:
        return f"{self.percentile}<{self.limit_ms:g}ms"

    @property
    def share(self) -> int:
        """Of 100 requests."""
        return int(self.percentile[1:])

    def window_ms(self, workers: int, wait_ms: float) -> int:
        """Long enough for half as many samples again beyond the percentile as it takes, at the rate of the pool."""
        needed = 1.5 * MIN_SAMPLES_BEYOND / (1 - self.share / 100)
        return round(min(LONGEST_WINDOW_MS, max(SHORTEST_WINDOW_MS, needed / workers * wait_ms)))


def parse_objective(text: str) -> Objective:
    found = re.fullmatch(r"(p(?:50|90|95|99))<([0-9]+(?:\.[0-9]+)?)ms", text.replace(" ", ""))
    if not found or float(found[2]) <= 0:
        raise LabError(f"--objective '{text}': want p50, p90, p95 or p99 below a time, as 'p90<50ms'")
    return Objective(found[1], float(found[2]))
