"""All figures, by their number in the report. A figure is a function from a run to its charts (one per workload)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import matplotlib

from charts.chart import Chart
from charts.cost import draw_cost, draw_footprint
from charts.json_reader import RunError
from charts.latency import draw_latency
from charts.nines import draw_nines
from charts.run_data import Run
from charts.style import RC
from charts.throughput import draw_throughput

FIGURES: dict[str, Callable[[Run], list[Chart]]] = {
    "S5": draw_throughput,   # throughput against connections
    "S5b": draw_latency,     # latency percentiles against connections
    "S6": draw_nines,        # latency by nines
    "S10": draw_footprint,   # memory and threads
    "S11": draw_cost,        # CPU time and context switches per request
}


def draw(run: Run, only: Sequence[str] = ()) -> list[Chart]:
    for name in only:
        if name not in FIGURES:
            raise RunError(f"no figure '{name}': there are {', '.join(FIGURES)}")
    with matplotlib.rc_context(RC):
        return [chart for name, function in FIGURES.items() if not only or name in only for chart in function(run)]
