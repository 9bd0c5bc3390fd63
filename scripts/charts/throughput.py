"""S5: throughput against connections, with the predicted line and what is left between the two."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from charts import connections_axis, findings, palette, table, words
from charts.chart import Chart
from charts.run_data import Cell, Estimate, Run
from charts.style import INK, Words, new_figure

_DOT_STEP = 10 ** -0.014  # repetitions stand a little left of their estimate


def draw_throughput(run: Run) -> list[Chart]:
    """One figure per workload."""
    return [_draw(run, workload) for workload in run.measured_workloads()]


def _draw(run: Run, workload: str) -> Chart:
    cells = run.cells_of(workload)
    models = _models(run, cells)
    colours = palette.colours([(model.name, model.family) for model in run.models])
    title = findings.throughput_sentence(run, workload)
    notes = _notes(run, cells)
    caption = (f"{findings.sizes([cell for cell in cells if cell.usable])}. {words.INTERVAL_METHOD} "
               "The interval of the residual is that of the measurement; the prediction is taken as given. "
               "Predictions rest on other trials.")
    values = _all_values(run, cells)
    logarithmic = connections_axis.is_logarithmic(values)
    subtitle = (f"{workload}: requests per second against open connections"
                f"{'; both axes logarithmic' if logarithmic else ''}. Dashed: predicted.")
    canvas = new_figure(
        Words(title, subtitle, notes, f"{workload}, {run.plan.driver}, closed loop. {caption} Run {run.id}."), (3.1, 1.0))
    (main,), (residual,) = canvas.axes

    connections_axis.draw_axis(main, [cell.connections for cell in cells], len(models))
    connections_axis.draw_value_axis(main, values)
    main.set_ylabel("throughput [requests/s]")
    main.tick_params(labelbottom=False)
    residual.set_xlabel("connections (closed loop), logarithmic; points of different servers stand side by side")
    labels = []
    for place, model in enumerate(models):
        series = sorted((cell for cell in cells if cell.model == model), key=lambda cell: cell.connections)
        xs = {cell.connections: connections_axis.sidestep(cell.connections, place, len(models)) for cell in series}
        _draw_prediction(main, series, xs, colours[model])
        _draw_measurements(main, series, xs, colours[model])
        _draw_repetitions(run, main, series, xs, colours[model])
        _draw_residuals(residual, series, xs, colours[model])
        labels += _label(series, colours[model])
    _finish_residuals(residual)
    connections_axis.draw_labels(main, labels)
    return Chart(
        id=f"S5-{workload}", title=title, subtitle=subtitle, caption=caption, canvas=canvas, notes=notes,
        table=_table(cells), description=_description(cells, workload),
        how_to_read=("Each point is the median of fresh server processes, its bar the 95 % interval, the small dots "
                     "beside it the single repetitions. The dashed line is what theory says from two other trials: "
                     "response time at one connection and CPU time per request. The lower panel shows measured minus "
                     "predicted, in percent. " + _marker_key(run, models) + " Hollow: suspect. Cross: invalid."))


def _models(run: Run, cells: Sequence[Cell]) -> list[str]:
    present = {cell.model for cell in cells}
    return [model.name for model in run.models if model.name in present]


def _marker_key(run: Run, models: Sequence[str]) -> str:
    families = dict.fromkeys(model.family for model in run.models if model.name in models)
    parts = [f"{palette.MARKER_NAMES[palette.marker(family)]} = {family}" for family in families]
    return f"Colour = server, marker = family ({', '.join(parts)})."


def _all_values(run: Run, cells: Sequence[Cell]) -> list[float]:
    values = [trial.throughput_rps for cell in cells for trial in run.trials_of(cell) if trial.throughput_rps]
    values += [cell.predicted.throughput_rps for cell in cells if cell.predicted]
    for cell in cells:
        if cell.usable:
            bounds = (cell.throughput_rps.low, cell.throughput_rps.estimate, cell.throughput_rps.high)
            values += [value for value in bounds if value is not None]
    return values


def _draw_prediction(axes: Axes, series: Sequence[Cell], xs: dict[int, float], colour: str) -> None:
    points = [(xs[cell.connections], cell.predicted.throughput_rps) for cell in series if cell.predicted]
    if points:
        axes.plot(*zip(*points), color=colour, linestyle=(0, (4, 2)), linewidth=1.2, marker="_", markersize=9,
                  gid=f"predicted:{series[0].model}")


def _bar(estimate: Estimate) -> list[list[float]] | None:
    if not estimate.has_interval:
        return None
    return [[estimate.estimate - estimate.low], [estimate.high - estimate.estimate]]


def _draw_measurements(axes: Axes, series: Sequence[Cell], xs: dict[int, float], colour: str) -> None:
    usable = [cell for cell in series if cell.usable]
    axes.plot([xs[cell.connections] for cell in usable], [cell.throughput_rps.estimate for cell in usable],
              color=colour, linewidth=1.6, gid=f"measured:{series[0].model}")
    for cell in usable:
        axes.errorbar([xs[cell.connections]], [cell.throughput_rps.estimate], yerr=_bar(cell.throughput_rps),
                      color=colour, elinewidth=1.4, capsize=3, marker=palette.marker(cell.family), markersize=6,
                      markerfacecolor="none" if cell.validity == "suspect" else colour)
    for cell in series:
        if not cell.usable:  # no value: a cross on the floor, the reason in the notes
            axes.plot([xs[cell.connections]], [0], marker="X", markersize=8, color=colour, clip_on=False,
                      transform=axes.get_xaxis_transform(), linestyle="none", gid=f"invalid:{cell.model}")


def _draw_repetitions(run: Run, axes: Axes, series: Sequence[Cell], xs: dict[int, float], colour: str) -> None:
    styles = {"ok": {"marker": "o", "markersize": 2.6, "markeredgewidth": 0},
              "suspect": {"marker": "o", "markersize": 3.2, "markerfacecolor": "none", "markeredgewidth": 0.8},
              "invalid": {"marker": "x", "markersize": 4.5, "markeredgewidth": 1.1}}
    for validity, style in styles.items():
        points = [(xs[cell.connections] * _DOT_STEP, trial.throughput_rps)
                  for cell in series for trial in run.trials_of(cell)
                  if trial.validity == validity and trial.throughput_rps is not None]
        if points:
            axes.plot(*zip(*points), linestyle="none", color=colour, alpha=0.75,
                      gid=f"repetitions:{series[0].model}:{validity}", **style)


def _draw_residuals(axes: Axes, series: Sequence[Cell], xs: dict[int, float], colour: str) -> None:
    for cell in series:
        if not cell.usable or cell.residual_percent is None or not cell.predicted:
            continue
        bar = _bar(cell.throughput_rps)
        scaled = [[100 * side[0] / cell.predicted.throughput_rps] for side in bar] if bar else None
        axes.errorbar([xs[cell.connections]], [cell.residual_percent], yerr=scaled, color=colour, elinewidth=1.4,
                      capsize=3, marker=palette.marker(cell.family), markersize=5,
                      markerfacecolor="none" if cell.validity == "suspect" else colour)


def _finish_residuals(axes: Axes) -> None:
    low, high = axes.dataLim.intervaly
    reach = max(15.0, 1.15 * max(abs(low), abs(high))) if low <= high else 15.0
    axes.set_ylim(-reach, reach)
    axes.axhline(0, color=INK, linewidth=0.8)
    for bound in (-10, 10):
        axes.axhline(bound, color=INK, linewidth=0.8, linestyle=":", alpha=0.6)
    axes.text(1.02, 10, "+10 %", transform=axes.get_yaxis_transform(), va="center", size=8)
    axes.text(1.02, -10, "\N{MINUS SIGN}10 %", transform=axes.get_yaxis_transform(), va="center", size=8)
    axes.set_ylabel("residual [%]")


def _label(series: Sequence[Cell], colour: str) -> list[tuple[str, float, str]]:
    usable = [cell for cell in series if cell.usable]
    if usable:
        return [(usable[-1].model, usable[-1].throughput_rps.estimate, colour)]
    predicted = [cell.predicted for cell in series if cell.predicted]
    return [(f"{series[0].model} (invalid)", predicted[-1].throughput_rps, colour)] if predicted else []


def _notes(run: Run, cells: Sequence[Cell]) -> tuple[str, ...]:
    """Every cell that is not plainly ok, and every repetition that is missing."""
    marked = []
    for cell in cells:
        why = findings.reasons_in_words(cell)
        present = sum(1 for _ in run.trials_of(cell))
        if not present:
            marked.append((cell.model, cell.connections, "not measured (cross)"))
        elif not cell.usable:
            marked.append((cell.model, cell.connections, f"invalid (cross): {why or 'no usable trial'}"))
        elif cell.validity == "suspect":
            marked.append((cell.model, cell.connections, f"suspect (hollow): {why}"))
        elif cell.repetitions_ok < present:
            marked.append((cell.model, cell.connections,
                           f"{cell.repetitions_ok} of {cell.repetitions} repetitions used: {why}"))
        if 0 < present < cell.repetitions:
            marked.append((cell.model, cell.connections, f"{present} of {cell.repetitions} repetitions measured"))
    return findings.grouped(marked)


def _table(cells: Sequence[Cell]) -> table.Table:
    result = table.Table(["server", "connections", "requests/s", "95 % interval", "predicted", "residual",
                          "CPU µs/request", "95 % interval", "n", "validity"])
    for cell in cells:
        predicted = cell.predicted.throughput_rps if cell.predicted else None
        result.rows.append([table.text(cell.model), table.Value(f"{cell.connections:,}", cell.connections),
                            *table.estimate(cell.throughput_rps), table.figure(predicted),
                            table.percent(cell.residual_percent), *table.estimate(cell.cpu_us_per_request),
                            table.Value(str(cell.repetitions_ok), cell.repetitions_ok), table.text(cell.validity)])
    return result


def _description(cells: Sequence[Cell], workload: str) -> str:
    parts = [f"Line chart of {workload}: throughput in requests per second against connections."]
    for cell in cells:
        where = f"{cell.model} at {words.counted(cell.connections, 'connection')}"
        if not cell.usable:
            parts.append(f"{where}: not valid.")
            continue
        predicted = f", predicted {words.number(cell.predicted.throughput_rps)}" if cell.predicted else ""
        parts.append(f"{where}: {words.number(cell.throughput_rps.estimate)}{predicted}.")
    return " ".join(parts)
