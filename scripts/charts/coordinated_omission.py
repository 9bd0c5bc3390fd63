"""S4b: one server that stalls, asked in four ways. What a load generator does not send, it does not measure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter

from charts import connections_axis, findings, table, words
from charts.chart import Chart
from charts.run_data import Cell, Run, Stall
from charts.style import INK, Canvas, Words, new_figure

_SHARES = (0.5, 0.9, 0.99, 0.999)
_NAMES = {0.5: "p50", 0.9: "p90", 0.99: "p99", 0.999: "p999"}
_REPORTED = "wrk, as reported"
_COLOURS = {_REPORTED: "#C08000", "wrk, raw": "#A06020", "closed loop": "#40A0A0", "open loop": "#6040FF"}
_MARKERS = {_REPORTED: "D", "wrk, raw": "s", "closed loop": "^", "open loop": "o"}
_WIDTHS = {"wrk, raw": 4.5}  # it lies under the closed loop's, which sees the same
_STEPS = 90  # of a line, evenly in nines


@dataclass(frozen=True)
class View:
    """One way to measure: percentiles in milliseconds by share, where they are given. The curve goes through them; of
    what wrk reports nothing is known between them, and it is empty."""

    name: str
    cell: Cell
    values: dict[float, float]
    curve: dict[float, float]


def draw_coordinated_omission(run: Run) -> list[Chart]:
    """One figure per workload and server of a run whose server is stalled on purpose."""
    if run.plan.stall is None:
        return []
    return [_draw(run, run.plan.stall, workload, model.name) for workload in run.open_workloads()
            for model in run.models if len(_views(run, workload, model.name)) > 1]


def _views(run: Run, workload: str, model: str) -> list[View]:
    views = []
    for cell in run.cells:
        if cell.workload != workload or cell.model != model or not cell.usable:
            continue
        if cell.driver == "wrk":
            views.append(View(_REPORTED, cell, _reported(run, cell), {}))
        name = "wrk, raw" if cell.driver == "wrk" else "open loop" if cell.is_open else "closed loop"
        views.append(View(name, cell, _measured(run, cell, _SHARES), _measured(run, cell, _fine_shares())))
    order = list(_COLOURS)
    return sorted((view for view in views if view.values), key=lambda view: order.index(view.name))


def _reported(run: Run, cell: Cell) -> dict[float, float]:
    said = [trial.wrk_reported_ms for trial in run.trials_of(cell) if trial.wrk_reported_ms]
    return {share: statistics.median(one[_NAMES[share]] for one in said) for share in _SHARES} if said else {}


def _fine_shares() -> list[float]:
    low, high = _nines(_SHARES[0]), _nines(_SHARES[-1])
    fine = {round(1 - 10 ** -(low + (high - low) * step / _STEPS), 4) for step in range(_STEPS + 1)}
    return sorted(fine.union(_SHARES))


def _measured(run: Run, cell: Cell, shares: Sequence[float]) -> dict[float, float]:
    """Medians over repetitions of each percentile that every repetition gives."""
    trials = [trial for trial in run.trials_of(cell) if trial.validity != "invalid"]
    found = {share: [trial.quantile_ms(round(10_000 * share)) for trial in trials] for share in shares}
    return {share: statistics.median(values) for share, values in found.items()
            if values and all(value is not None for value in values)}


def users_see(stall: Stall, share: float, alone_ms: float) -> float:
    """Latency below which a share of users lie who arrive evenly in time: those within a stall wait for its end. What
    has queued up meanwhile is taken to be answered at once, so a real server is above."""
    slow = share - (1 - stall.length_s / stall.every_s)
    return alone_ms + max(0.0, slow) * stall.every_s * 1000


def omission_sentence(run: Run, workload: str, model: str) -> str:
    views = _views(run, workload, model)
    given = {view.name: view.values.get(0.99) for view in views}
    doubt = {view.name: " (suspect)" if view.cell.validity == "suspect" else "" for view in views}
    told = [f"{words.number(given[name])} ms {where}{doubt[name]}" for name, where in
            (("wrk, as reported", "by wrk as reported"), ("wrk, raw", "by wrk's raw samples"),
             ("closed loop", "by a closed loop")) if given.get(name)]
    if not told or not given.get("open loop"):
        return f"Too few samples to compare the p99 latency of {model} on {workload}"
    return (f"{model} stalls, and its p99 latency is {words.listed(told)}; users who do not wait for each other see "
            f"{words.number(given['open loop'])} ms{doubt['open loop']}")


def _draw(run: Run, stall: Stall, workload: str, model: str) -> Chart:
    views = _views(run, workload, model)
    title = omission_sentence(run, workload, model)
    notes = tuple(f"{view.name} at {view.cell.load}: suspect (hollow): {findings.reasons_in_words(view.cell)}"
                  for view in views if view.cell.validity == "suspect")
    subtitle = (f"{model}, {workload}: latency by share of requests, latency logarithmic. The server is stopped for "
                f"{stall.length_s:g} s once in every {stall.every_s:g} s. Dotted: arithmetic, for users who arrive evenly. "
                "Dashed: nothing is reported between the points.")
    n = words.span([run.repetitions_used(view.cell) for view in views])
    caption = (f"n = {n} {'repetition' if n == '1' else 'repetitions'} per line; medians of the repetitions' "
               "percentiles, without interval. A line ends where fewer than 20 samples of a repetition lie beyond.")
    canvas = new_figure(Words(title, subtitle, notes, f"{caption} Run {run.id}."), (3.2,))
    _draw_panel(canvas, stall, views)
    return Chart(
        id=f"S4b-{workload}-{model}", title=title, subtitle=subtitle, caption=caption, canvas=canvas, notes=notes,
        table=_table(views), description=_description(workload, model, views),
        how_to_read=("The same server with the same stalls, measured in four ways. A closed loop has one request per "
                     "connection under way: while the server stands still it asks nothing, so a stall counts as a few "
                     "slow requests however many users it would have met. wrk as reported adds made-up samples to its "
                     "own to repair that, whether or not there was a stall. The open loop sends when its schedule says, "
                     "and counts from then."))


def _draw_panel(canvas: Canvas, stall: Stall, views: Sequence[View]) -> None:
    ((axes,),) = canvas.axes
    alone = min(view.values[0.5] for view in views if 0.5 in view.values)
    expected = {share: users_see(stall, share, alone) for share in _SHARES}
    values = [value for view in views for value in view.values.values()] + list(expected.values())
    connections_axis.draw_value_axis(axes, values)
    axes.set_ylabel("latency [ms]")
    axes.set_xlabel("share of requests that are faster")
    axes.set_xlim(_nines(0.5) - 0.08, _nines(0.999) + 0.1)
    axes.xaxis.set_major_locator(FixedLocator([_nines(share) for share in _SHARES]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{100 * (1 - 10**-x):.10g} %"))
    fine = _fine_shares()
    axes.plot([_nines(share) for share in fine], [users_see(stall, share, alone) for share in fine], color=INK,
              linestyle=":", linewidth=1.2, gid="arithmetic")
    for view in views:
        _draw_view(axes, view)
    # All lines meet at the length of a stall, so names at their ends would say nothing.
    names = [Line2D([], [], color=_COLOURS[view.name], linestyle="-" if view.curve else "--", marker=_MARKERS[view.name],
                    markersize=5.5, linewidth=_WIDTHS.get(view.name, 1.5), markerfacecolor=_face(view), label=view.name)
             for view in views]
    names.append(Line2D([], [], color=INK, linestyle=":", linewidth=1.2, label="arithmetic"))
    axes.legend(handles=names, loc="upper left", frameon=False, fontsize=8, labelcolor=INK, handlelength=3)


def _draw_view(axes: Axes, view: View) -> None:
    colour, shares = _COLOURS[view.name], sorted(view.values)
    points = [view.values[share] for share in shares]
    if view.curve:
        axes.plot([_nines(share) for share in sorted(view.curve)], [view.curve[share] for share in sorted(view.curve)],
                  color=colour, linewidth=_WIDTHS.get(view.name, 1.5), gid=f"curve:{view.name}")
    axes.plot([_nines(share) for share in shares], points, linestyle="none" if view.curve else "--", linewidth=1.2,
              color=colour, marker=_MARKERS[view.name], markersize=6.5 if view.name in _WIDTHS else 5.5,
              markerfacecolor=_face(view), gid=f"view:{view.name}")


def _face(view: View) -> str:
    return "none" if view.cell.validity == "suspect" else _COLOURS[view.name]


def _nines(share: float) -> float:
    return -math.log10(1 - share)


def _table(views: Sequence[View]) -> table.Table:
    result = table.Table(["measured by", "load", *(f"{_NAMES[share]} ms" for share in _SHARES), "validity"])
    for view in views:
        result.rows.append([table.text(view.name), table.text(view.cell.load),
                            *(table.figure(view.values.get(share)) for share in _SHARES),
                            table.text(view.cell.validity)])
    return result


def _description(workload: str, model: str, views: Sequence[View]) -> str:
    parts = [f"Line chart of {model} on {workload} with stalls: latency in milliseconds by share of requests."]
    for view in views:
        values = [f"{_NAMES[share]} {words.number(value)}" for share, value in sorted(view.values.items())]
        parts.append(f"{view.name}: {', '.join(values)}.")
    return " ".join(parts)
