"""S6: latency by nines. How bad is the worst 1 %, 0.1 %? From the histograms of all repetitions together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter

from charts import connections_axis, palette, table, words
from charts.chart import Chart
from charts.run_data import Cell, Quantile, Run
from charts.style import Words, new_figure

_TICKS = (0.5, 0.9, 0.99, 0.999, 0.9999)


def draw_nines(run: Run) -> list[Chart]:
    """One figure per workload with a latency, at the largest load that has one."""
    return [_draw(run, workload) for workload in run.measured_workloads() if _drawn(run, workload)]


def _drawn(run: Run, workload: str) -> list[Cell]:
    given = [cell for cell in run.cells_of(workload) if cell.usable and cell.family != "ruler" and _upper(cell)]
    load = max((cell.connections for cell in given), default=0)
    return [cell for cell in given if cell.connections == load]


def _upper(cell: Cell) -> list[Quantile]:
    """The upper half: what a reader of nines looks at."""
    return [quantile for quantile in cell.quantiles if quantile.quantile >= 0.5]


def _percent(quantile: float) -> str:
    return f"{100 * quantile:.10g} %"


class Far(NamedTuple):
    """The smallest share of slow requests that can be told of the servers of a load, and what it takes them at least."""

    share: str
    ends: list[tuple[float, Cell]]  # ms, the fastest first


def farthest(run: Run, workload: str) -> Far | None:
    ends = [(cell, _upper(cell)[-1]) for cell in _drawn(run, workload)]
    if not ends:
        return None
    far = max(end.quantile for _, end in ends)
    told = [(end.latency_ms, cell) for cell, end in ends if end.quantile == far]
    return Far(f"{100 * (1 - far):.2g} %", sorted(told, key=lambda pair: pair[0]))


def nines_sentence(run: Run, workload: str) -> str:
    far = farthest(run, workload)
    if far is None:
        return ""
    parts = [f"{words.number(latency_ms)} ms with {cell.model}{' (suspect)' if cell.validity == 'suspect' else ''}"
             for latency_ms, cell in far.ends]
    return (f"At {words.counted(far.ends[0][1].connections, 'connection')} the slowest {far.share} of requests take more than "
            f"{words.listed(parts)}")


def _draw(run: Run, workload: str) -> Chart:
    cells = _drawn(run, workload)
    title = nines_sentence(run, workload)
    values = [bound for cell in cells for q in _upper(cell) for bound in (q.low_ms, q.high_ms)]
    logarithmic = connections_axis.is_logarithmic(values)
    subtitle = (f"{workload}, {words.counted(cells[0].connections, 'connection')}: latency below which a share of the "
                f"requests lie{'; both axes logarithmic' if logarithmic else ''}. Each step right is a tenth of the "
                "requests before.")
    caption = ("Histograms of all usable repetitions together, for display only; bars: 95\N{NO-BREAK SPACE}% "
               "order-statistic interval of the pooled sample. A line ends where fewer than 20 samples lie beyond.")
    canvas = new_figure(Words(title, subtitle, (), f"{workload}, {run.plan.driver}, closed loop. {caption} "
                              f"Run {run.id}."), (3.1,))
    ((axes,),) = canvas.axes
    _draw_panel(axes, run, cells, values)
    return Chart(id=f"S6-{workload}", title=title, subtitle=subtitle, caption=caption, canvas=canvas,
                 table=_table(cells), description=_description(workload, cells),
                 how_to_read=("Read to the right: half of the requests, then nine of ten, 99 of 100, 999 of 1000. A "
                              "flat line is a server whose worst requests are like its others. Someone who makes a "
                              "hundred requests meets the 99 % mark about once."))


def _draw_panel(axes: Axes, run: Run, cells: Sequence[Cell], values: Sequence[float]) -> None:
    colours = palette.colours([(model.name, model.family) for model in run.models])
    connections_axis.draw_value_axis(axes, values)
    axes.set_ylabel("latency [ms]")
    axes.set_xlabel("share of requests that are faster")
    reach = max(_nines(q.quantile) for cell in cells for q in _upper(cell))
    axes.set_xlim(_nines(0.5) - 0.08, reach + 0.1)
    axes.xaxis.set_major_locator(FixedLocator([_nines(tick) for tick in _TICKS if _nines(tick) <= reach + 0.1]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: _percent(1 - 10**-x)))
    labels = []
    for cell in cells:
        upper = _upper(cell)
        axes.errorbar([_nines(q.quantile) for q in upper], [q.latency_ms for q in upper],
                      yerr=[[q.latency_ms - q.low_ms for q in upper], [q.high_ms - q.latency_ms for q in upper]],
                      color=colours[cell.model], linewidth=1.4, elinewidth=1.0, capsize=2,
                      marker=palette.marker(cell.family), markersize=4.5,
                      markerfacecolor="none" if cell.validity == "suspect" else colours[cell.model])
        labels.append((cell.model, upper[-1].latency_ms, colours[cell.model]))
    connections_axis.draw_labels(axes, labels)


def _nines(quantile: float) -> float:
    return -math.log10(1 - quantile)


def _table(cells: Sequence[Cell]) -> table.Table:
    shares = sorted({q.quantile for cell in cells for q in _upper(cell)})
    result = table.Table(["server", *(f"{_percent(share)} [ms]" for share in shares)])
    for cell in cells:
        found = {q.quantile: q.latency_ms for q in _upper(cell)}
        result.rows.append([table.text(cell.model), *(table.figure(found.get(share)) for share in shares)])
    return result


def _description(workload: str, cells: Sequence[Cell]) -> str:
    parts = [f"Line chart of {workload}: latency in milliseconds by share of requests."]
    for cell in cells:
        values = [f"{_percent(q.quantile)} {words.number(q.latency_ms)}" for q in _upper(cell)]
        parts.append(f"{cell.model}: {', '.join(values)}.")
    return " ".join(parts)
