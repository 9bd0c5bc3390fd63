"""All figures, by their number in the report. A figure is a function from a run to its charts (one per workload, none where
the run lacks what it draws)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import matplotlib

from charts.breakdown import draw_breakdown
from charts.chart import Chart
from charts.coordinated_omission import draw_coordinated_omission
from charts.cost import draw_cost, draw_footprint
from charts.ecdf import draw_ecdf
from charts.heat_map import draw_heat_map
from charts.history import draw_history
from charts.json_reader import RunError
from charts.latency import draw_latency
from charts.nines import draw_nines
from charts.offered_load import draw_offered_load
from charts.run_data import Run
from charts.style import RC
from charts.storyboard import draw_storyboard
from charts.throughput import draw_throughput
from charts.weave import draw_weave

FIGURES: dict[str, Callable[[Run], list[Chart]]] = {
    "S2": draw_weave,        # requests that come at once, by thread and by request
    "S3": draw_storyboard,   # moments of one event loop
    "S4": draw_offered_load,            # latency against offered load
    "S4b": draw_coordinated_omission,   # a server that stalls, measured in four ways
    "S5": draw_throughput,   # throughput against connections
    "S5b": draw_latency,     # latency percentiles against connections
    "S6": draw_nines,        # latency by nines
    "S7": draw_ecdf,         # the whole distribution, a line per repetition
    "S8": draw_heat_map,     # latency over the seconds of the window, of open loops
    "S9": draw_breakdown,    # where the time of a request goes: running, queueing, waiting
    "S10": draw_footprint,   # memory and threads
    "S11": draw_cost,        # CPU time and context switches per request
    "S15": draw_history,     # commit by commit, where a history is given
}


def draw(run: Run, only: Sequence[str] = ()) -> list[Chart]:
    for name in only:
        if name not in FIGURES:
            raise RunError(f"no figure '{name}': there are {', '.join(FIGURES)}")
    with matplotlib.rc_context(RC):
        return [chart for name, function in FIGURES.items() if not only or name in only for chart in function(run)]
