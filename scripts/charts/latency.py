"""S5b: latency percentiles against connections of closed loops."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from charts import connections_axis, findings, palette, reasons, table, words
from charts.chart import Chart
from charts.run_data import PERCENTILES, Cell, Run, Trial
from charts.style import Canvas, Words, new_figure

_MEANING = {"p50": "half of the requests\nare faster (p50)", "p90": "9 of 10 are faster\n(p90)",
            "p99": "99 of 100 are faster\n(p99)"}


def draw_latency(run: Run) -> list[Chart]:
    """One figure per workload, one panel per percentile."""
    return [_draw(run, workload) for workload in run.measured_workloads()]


def _draw(run: Run, workload: str) -> Chart:
    cells = run.cells_of(workload)
    title = findings.latency_sentence(run, workload)
    notes = _notes(run, cells)
    drawn = [cell for cell in cells if any(cell.latency_ms.values())]
    caption = (f"{findings.sizes(run, drawn)}. {words.INTERVAL_METHOD} {_source(run)}; "
               "a percentile needs at least 20 samples beyond it.")
    values = [bound for cell in drawn for value in cell.latency_ms.values() if value
              for bound in (value.estimate, value.low, value.high) if bound is not None]
    values += [value for cell in drawn for name in PERCENTILES for _, value in _repetitions(run, cell, name)]
    logarithmic = connections_axis.is_logarithmic(values)
    subtitle = (f"{workload}: latency against open connections"
                f"{'; both axes logarithmic' if logarithmic else ''}.{findings.care(drawn)}")
    canvas = new_figure(
        Words(title, subtitle, notes, f"{workload}, {run.plan.driver}, closed loop. {caption} Run {run.id}."), (3.0,),
        columns=len(PERCENTILES))
    _draw_panels(canvas, run, cells, values)
    return Chart(
        id=f"S5b-{workload}", title=title, subtitle=subtitle, caption=caption, canvas=canvas, notes=notes,
        table=_table(run, cells), description=_description(drawn, workload),
        how_to_read=("Three panels with the same axes: the middle of the requests, the slow tenth, the slowest "
                     "hundredth. Bars are 95 % intervals, small dots the single repetitions. A closed loop waits for "
                     "each reply before it asks again, so it hides the queueing that independent users would see. "
                     "Where no latency can be given, the reason stands below the figure."))


def _source(run: Run) -> str:
    if run.plan.driver == "wrk":
        return "Latency as wrk saw it, with its rewriting of the histogram undone"
    return "Latency as interleave-load saw it"


def _draw_panels(canvas: Canvas, run: Run, cells: Sequence[Cell], values: Sequence[float]) -> None:
    (panels,) = canvas.axes
    models = [model.name for model in run.models if any(cell.model == model.name for cell in cells)]
    colours = palette.colours([(model.name, model.family) for model in run.models])
    connections_axis.draw_axis(panels[0], [cell.connections for cell in cells], len(models))
    for name, axes in zip(PERCENTILES, panels):
        connections_axis.draw_value_axis(axes, values)
        axes.set_title(_MEANING[name], loc="left")
        if axes is not panels[0]:
            axes.tick_params(labelleft=False)
        for place, model in enumerate(models):
            series = sorted((cell for cell in cells if cell.model == model), key=lambda cell: cell.connections)
            _draw_series(run, axes, series, name, colours[model], (place, len(models)))
    panels[0].set_ylabel("latency [ms]")
    panels[1].set_xlabel("connections (closed loop), logarithmic")
    connections_axis.draw_labels(panels[-1], _labels(cells, colours))
    if not values:
        for axes in panels:
            axes.set_yticks([])
        panels[1].text(0.5, 0.5, "no latency to show:\nsee the reasons below", ha="center", va="center",
                       transform=panels[1].transAxes)


def _repetitions(run: Run, cell: Cell, percentile: str) -> list[tuple[Trial, float]]:
    """The percentile of each trial whose latency stands."""
    if cell.latency_ms[percentile] is None:
        return []
    standing = [trial for trial in run.trials_of(cell) if trial.validity != "invalid"
                and not any(finding.reason in reasons.VOIDS_LATENCY for finding in trial.findings)]
    found = [(trial, trial.latency_ms(percentile)) for trial in standing]
    return [(trial, value) for trial, value in found if value is not None]


def _draw_series(run: Run, axes: Axes, series: Sequence[Cell], name: str, colour: str,
                 place: tuple[int, int]) -> None:
    model = series[0].model
    given = [cell for cell in series if cell.latency_ms[name]]
    beside = connections_axis.beside(axes, *place)
    axes.plot([cell.connections for cell in given], [cell.latency_ms[name].estimate for cell in given],
              color=colour, linewidth=1.4, transform=beside, gid=f"{name}:{model}")
    for cell in given:
        value = cell.latency_ms[name]
        bar = [[value.estimate - value.low], [value.high - value.estimate]] if value.has_interval else None
        axes.errorbar([cell.connections], [value.estimate], yerr=bar, color=colour, elinewidth=1.4, capsize=3,
                      marker=palette.marker(cell.family), markersize=5.5, transform=beside,
                      markerfacecolor="none" if cell.validity == "suspect" else colour)
    points = [(cell.connections, value) for cell in given for _, value in _repetitions(run, cell, name)]
    if points:
        axes.plot(*zip(*points), linestyle="none", marker="o", markersize=2.6, markeredgewidth=0, alpha=0.75,
                  color=colour, transform=connections_axis.beside(axes, *place, connections_axis.DOT_POINTS),
                  gid=f"repetitions:{name}:{model}")
    for cell in series:
        if not cell.latency_ms[name]:  # a mark where a point is missing; the note says why
            axes.plot([cell.connections], [0], marker="X", markersize=6.5, color=colour, clip_on=False,
                      transform=connections_axis.beside(axes, *place, floor=True), linestyle="none",
                      gid=f"null:{name}:{model}")


def _labels(cells: Sequence[Cell], colours: dict[str, str]) -> list[tuple[str, float, str]]:
    last: dict[str, Cell] = {}
    for cell in cells:
        if cell.latency_ms["p99"] and (cell.model not in last or cell.connections > last[cell.model].connections):
            last[cell.model] = cell
    return [(cell.model, cell.latency_ms["p99"].estimate, colours[cell.model]) for cell in last.values()]


def _notes(run: Run, cells: Sequence[Cell]) -> tuple[str, ...]:
    missing = []
    for cell in cells:
        absent = [name for name in PERCENTILES if not cell.latency_ms[name]]
        if absent:
            which = "no latency" if len(absent) == len(PERCENTILES) else f"no {words.listed(absent)}"
            missing.append((cell.model, cell.connections, f"{which} (cross): {null_reason(cell)}"))
    missing += [(model, load, "not measured") for model, load in run.unmeasured(cells[0].workload)]
    return findings.grouped(missing)


def null_reason(cell: Cell) -> str:
    """Why a latency is null."""
    if cell.latency_ms["p50"]:
        return "fewer than 20 samples of a repetition lie beyond it"
    voiding = [reason for reason in cell.reasons if reason in reasons.VOIDS_LATENCY]
    if voiding:
        return "; ".join(reasons.what(reason) for reason in sorted(voiding))
    if cell.validity == "invalid":
        return findings.reasons_in_words(cell) or "no usable trial"
    return cell.latency_note or "not given"


def _table(run: Run, cells: Sequence[Cell]) -> table.Table:
    columns = ["server", "connections"]
    for name in PERCENTILES:
        columns += [f"{name} ms", "95 % interval"]
    result = table.Table([*columns, "n", "where null: why"])
    for cell in cells:
        row = [table.text(cell.model), table.count(cell.connections)]
        for name in PERCENTILES:
            row += table.estimate(cell.latency_ms[name])
        why = null_reason(cell) if not all(cell.latency_ms.values()) else ""
        result.rows.append([*row, table.count(run.repetitions_used(cell)), table.text(why)])
    return result


def _description(drawn: Sequence[Cell], workload: str) -> str:
    parts = [f"Three line charts of {workload}: latency in milliseconds against connections."]
    for cell in drawn:
        values = [f"{name} {words.number(cell.latency_ms[name].estimate)}"
                  for name in PERCENTILES if cell.latency_ms[name]]
        parts.append(f"{cell.model} at {words.counted(cell.connections, 'connection')}: {', '.join(values)}.")
    return " ".join(parts) if drawn else f"{parts[0]} No latency can be given."
