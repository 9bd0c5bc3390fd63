"""S11 and S10: what a request costs in CPU time and context switches, and what its server holds meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes

from charts import connections_axis, findings, palette, table, words
from charts.chart import Chart
from charts.run_data import Cell, Estimate, Run
from charts.style import Canvas, Words, new_figure


class _Metric(NamedTuple):
    name: str
    unit: str
    of: Callable[[Cell], Estimate | None]


class _Figure(NamedTuple):
    id: str
    what: str
    metrics: tuple[_Metric, _Metric]
    sentence: Callable[[Sequence[Cell]], str]
    how_to_read: str


def _threads(cell: Cell) -> Estimate | None:
    return None if cell.threads is None else Estimate(cell.threads, None, None)


def _ends(ordered: Sequence[Cell]) -> list[Cell]:
    """First and last; one if there is one."""
    return [*ordered[:1], *ordered[1:][-1:]]


def _cost_sentence(cells: Sequence[Cell]) -> str:
    ordered = sorted(cells, key=lambda cell: (cell.cpu_us_per_request.estimate, cell.model))
    parts = [f"{words.number(cell.cpu_us_per_request.estimate)} µs of server CPU with {cell.model}"
             for cell in _ends(ordered)]
    return f"a request costs {' and '.join(parts)}"


def _footprint_sentence(cells: Sequence[Cell]) -> str:
    ordered = sorted(cells, key=lambda cell: (cell.rss_mib.estimate, cell.model))
    parts = []
    for cell in _ends(ordered):
        threads = f" and {words.counted(round(cell.threads), 'thread')}" if cell.threads is not None else ""
        parts.append(f"{cell.model} holds {words.number(cell.rss_mib.estimate)} MiB{threads}")
    return ", ".join(parts)


_COST = _Figure(
    "S11", "what a request costs the server",
    (_Metric("CPU time", "CPU [µs/request]", lambda cell: cell.cpu_us_per_request),
     _Metric("context switches", "switches [1/request]", lambda cell: cell.ctx_switches_per_request)),
    _cost_sentence,
    "Above: CPU time of the whole server process, in the kernel too, divided by its responses. Below: how often the "
    "kernel took the core from one of its threads, likewise. With few connections each request pays for waking an idle "
    "core; with many a loop handles several events per wake-up, so that its cost falls.")
_FOOTPRINT = _Figure(
    "S10", "what the server holds while requests wait",
    (_Metric("memory", "resident memory [MiB]", lambda cell: cell.rss_mib), _Metric("threads", "threads", _threads)),
    _footprint_sentence,
    "Above: resident memory of the server process, its libraries included, so compare how it grows with the connections "
    "rather than where it begins. Below: the most threads seen at once.")


def draw_cost(run: Run) -> list[Chart]:
    return _all(run, _COST)


def draw_footprint(run: Run) -> list[Chart]:
    return _all(run, _FOOTPRINT)


def _all(run: Run, what: _Figure) -> list[Chart]:
    """One figure per workload that has anything to show."""
    return [_draw(run, workload, what) for workload in run.measured_workloads()
            if _given(run.cells_of(workload), what.metrics[0])]


def _given(cells: Sequence[Cell], metric: _Metric) -> list[Cell]:
    return [cell for cell in cells if cell.usable and metric.of(cell)]


def cost_sentence(run: Run, workload: str) -> str:
    return _sentence(run.cells_of(workload), _COST)


def footprint_sentence(run: Run, workload: str) -> str:
    return _sentence(run.cells_of(workload), _FOOTPRINT)


def _sentence(cells: Sequence[Cell], what: _Figure) -> str:
    given = _given(findings.rankable(cells), what.metrics[0])
    if not given:
        return f"No cell is ok, so nothing is said of {what.what}" if _given(cells, what.metrics[0]) else ""
    load = max(cell.connections for cell in given)
    at_load = [cell for cell in given if cell.connections == load]
    return f"At {words.counted(load, 'connection')} {what.sentence(at_load)}"


def _values(cells: Sequence[Cell], metric: _Metric) -> list[float]:
    return [bound for cell in _given(cells, metric) for value in [metric.of(cell)]
            for bound in (value.estimate, value.low, value.high) if bound is not None]


def _draw(run: Run, workload: str, what: _Figure) -> Chart:
    cells = run.cells_of(workload)
    title = _sentence(cells, what)
    drawn = _given(cells, what.metrics[0])
    scales = [connections_axis.is_logarithmic(_values(cells, metric)) for metric in what.metrics]
    logarithmic = "; both axes logarithmic" if scales[0] else ""
    if scales[0] != scales[1]:
        logarithmic += f" ({what.metrics[1].name}: {'logarithmic' if scales[1] else 'linear'} upwards)"
    subtitle = f"{workload}: {what.what}, against open connections{logarithmic}.{findings.care(drawn)}"
    caption = f"{findings.sizes(run, drawn)}. {words.INTERVAL_METHOD}"
    canvas = new_figure(
        Words(title, subtitle, (), f"{workload}, {run.plan.driver}, closed loop. {caption} Run {run.id}."), (1.9, 1.9))
    _draw_panels(canvas, run, cells, what)
    return Chart(id=f"{what.id}-{workload}", title=title, subtitle=subtitle, caption=caption, canvas=canvas,
                 table=_table(run, cells, what), description=_description(workload, drawn, what),
                 how_to_read=what.how_to_read)


def _draw_panels(canvas: Canvas, run: Run, cells: Sequence[Cell], what: _Figure) -> None:
    panels = [row[0] for row in canvas.axes]
    models = [model.name for model in run.models if any(cell.model == model.name for cell in cells)]
    colours = palette.colours([(model.name, model.family) for model in run.models])
    connections_axis.draw_axis(panels[0], [cell.connections for cell in cells], len(models))
    for metric, axes in zip(what.metrics, panels):
        connections_axis.draw_value_axis(axes, _values(cells, metric))
        axes.set_ylabel(metric.unit)
        axes.tick_params(labelbottom=axes is panels[-1])
        for place, model in enumerate(models):
            series = sorted((cell for cell in _given(cells, metric) if cell.model == model),
                            key=lambda cell: cell.connections)
            if series:
                _draw_series(axes, series, metric, colours[model], (place, len(models)))
        connections_axis.draw_labels(axes, _labels(_given(cells, metric), metric, colours))
        if not _given(cells, metric):
            axes.text(0.5, 0.5, "not given", ha="center", va="center", transform=axes.transAxes)
    panels[-1].set_xlabel("connections (closed loop), logarithmic")


def _draw_series(axes: Axes, series: Sequence[Cell], metric: _Metric, colour: str, place: tuple[int, int]) -> None:
    values = [metric.of(cell) for cell in series]
    beside = connections_axis.beside(axes, *place)
    axes.plot([cell.connections for cell in series], [value.estimate for value in values], color=colour,
              linewidth=1.2, alpha=0.7, transform=beside, gid=f"{metric.name}:{series[0].model}")
    for cell, value in zip(series, values):
        bar = [[value.estimate - value.low], [value.high - value.estimate]] if value.has_interval else None
        axes.errorbar([cell.connections], [value.estimate], yerr=bar, color=colour, elinewidth=1.3, capsize=3,
                      marker=palette.marker(cell.family), markersize=5.5, transform=beside,
                      markerfacecolor="none" if cell.validity == "suspect" else colour)


def _labels(cells: Sequence[Cell], metric: _Metric, colours: dict[str, str]) -> list[tuple[str, float, str]]:
    last: dict[str, Cell] = {}
    for cell in cells:
        if cell.model not in last or cell.connections > last[cell.model].connections:
            last[cell.model] = cell
    return [(cell.model, metric.of(cell).estimate, colours[cell.model]) for cell in last.values()]


def _table(run: Run, cells: Sequence[Cell], what: _Figure) -> table.Table:
    columns = ["server", "connections"]
    for metric in what.metrics:
        columns += [metric.unit, "95 % interval"]
    result = table.Table([*columns, "n"])
    for cell in cells:
        row = [table.text(cell.model), table.count(cell.connections)]
        for metric in what.metrics:
            row += table.estimate(metric.of(cell) if cell.usable else None)
        result.rows.append([*row, table.count(run.repetitions_used(cell))])
    return result


def _description(workload: str, drawn: Sequence[Cell], what: _Figure) -> str:
    parts = [f"Two charts of {workload}: {what.what}, against connections."]
    for cell in drawn:
        values = [f"{metric.name} {words.number(metric.of(cell).estimate)}" for metric in what.metrics
                  if metric.of(cell)]
        parts.append(f"{cell.model} at {words.counted(cell.connections, 'connection')}: {', '.join(values)}.")
    return " ".join(parts)
