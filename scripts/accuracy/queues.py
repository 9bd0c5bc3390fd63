"""What a queue does to requests, exactly, from when they came and how long each was served. Pure functions.

    infinite servers  R = S
    one server        Lindley (1952): W' = max(0, W + S - gap),  R = W + S
    c servers         Kiefer and Wolfowitz (1955): the waiting time is the least of the servers' remaining work

All three are one computation: keep the times at which the servers will be free, give each request the earliest one.
First come, first served; any distribution of gaps and services, for these are the values that were, not a model.

References: D. V. Lindley, "The theory of queues with a single server", Proc. Cambridge Phil. Soc. 48 (1952);
J. Kiefer, J. Wolfowitz, "On the theory of queues with many servers", Trans. AMS 78 (1955).
"""

from __future__ import annotations

import heapq
import math
from typing import Sequence


def response_times(arrivals: Sequence[int], services: Sequence[int], servers: int) -> list[int]:
    """Waiting and service of each request, in the unit of the input. `arrivals` ascend; `servers` 0: no limit."""
    if len(arrivals) != len(services):
        raise ValueError("each arrival needs its service")
    if servers == 0:
        return list(services)
    free_at: list[int] = []
    responses = []
    latest = None
    for arrival, service in zip(arrivals, services):
        if latest is not None and arrival < latest:
            raise ValueError("arrivals must ascend")
        latest = arrival
        begin = arrival if len(free_at) < servers else max(arrival, heapq.heappop(free_at))
        heapq.heappush(free_at, begin + service)
        responses.append(begin + service - arrival)
    return responses


def quantile(values: Sequence[int], q: float) -> int:
    """The smallest value with at least q of all at or below it: a value that occurred, as in the result files."""
    ordered = sorted(values)
    return ordered[max(1, math.ceil(q * len(ordered) - 1e-9)) - 1]
