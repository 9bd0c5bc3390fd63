"""S5: throughput against connections, with the predicted line and what is left between the two."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matplotlib.axes import Axes
from matplotlib.transforms import Transform

from charts import connections_axis, findings, palette, table, words
from charts.chart import Chart
from charts.run_data import Cell, Estimate, Run
from charts.style import INK, Canvas, Words, new_figure


def draw_throughput(run: Run) -> list[Chart]:
    """One figure per workload."""
    return [_draw(run, workload) for workload in run.measured_workloads()]


def _draw(run: Run, workload: str) -> Chart:
    cells = run.cells_of(workload)
    title = findings.throughput_sentence(run, workload)
    notes = _notes(run, cells)
    caption = (f"{findings.sizes(run, [cell for cell in cells if cell.usable])}. {words.INTERVAL_METHOD} "
               "The interval of the residual is that of the measurement; the prediction is taken as given. "
               "Predictions rest on other trials.")
    values = [rate for cell in cells for rate in _rates(run, cell)]
    values += [cell.predicted.throughput_rps for cell in cells if cell.predicted]
    logarithmic = connections_axis.is_logarithmic(values)
    subtitle = (f"{workload}: requests per second against open connections"
                f"{'; both axes logarithmic' if logarithmic else ''}. Dashed: predicted.{findings.care(cells)}")
    canvas = new_figure(
        Words(title, subtitle, notes, f"{workload}, {run.plan.driver}, closed loop. {caption} Run {run.id}."),
        (3.1, 1.25))
    _draw_panels(canvas, run, cells, values)
    return Chart(
        id=f"S5-{workload}", title=title, subtitle=subtitle, caption=caption, canvas=canvas, notes=notes,
        table=_table(run, cells), description=_description(cells, workload), how_to_read=_how_to_read(run, cells))


def _draw_panels(canvas: Canvas, run: Run, cells: Sequence[Cell], values: Sequence[float]) -> None:
    (main,), (residual,) = canvas.axes
    models = _models(run, cells)
    colours = palette.colours([(model.name, model.family) for model in run.models])
    connections_axis.draw_axis(main, [cell.connections for cell in cells], len(models))
    connections_axis.draw_value_axis(main, values)
    main.set_ylabel("throughput [requests/s]")
    main.tick_params(labelbottom=False)
    residual.set_xlabel("connections (closed loop), logarithmic")
    labels = []
    for place, model in enumerate(models):
        series = _Series(run, cells, model, colours[model], place, len(models))
        _draw_prediction(main, series)
        _draw_measurements(main, series)
        _draw_residuals(residual, series)
        labels += _label(series)
    _finish_residuals(residual, run, cells)
    connections_axis.draw_labels(main, labels)

def _how_to_read(run: Run, cells: Sequence[Cell]) -> str:
    return ("Each point is the median of fresh server processes, its bar the 95 % interval, the small dots beside it "
            "the single repetitions; points of different servers stand side by side. The dashed line is what theory "
            "says from other trials: response time at one connection and CPU time per request. The lower panel shows "
            "measured minus predicted, in percent of the prediction. "
            f"{_marker_key(run, _models(run, cells))} Hollow: suspect. Cross: invalid.")


def _models(run: Run, cells: Sequence[Cell]) -> list[str]:
    present = {cell.model for cell in cells}
    return [model.name for model in run.models if model.name in present]


def _marker_key(run: Run, models: Sequence[str]) -> str:
    families = dict.fromkeys(model.family for model in run.models if model.name in models)
    parts = [f"{palette.MARKER_NAMES[palette.marker(family)]} = {family}" for family in families]
    return f"Colour = server, marker = family ({', '.join(parts)})."


def _rates(run: Run, cell: Cell) -> list[float]:
    """All measured values that are drawn for a cell."""
    rates = [trial.throughput_rps for trial in run.trials_of(cell) if trial.throughput_rps is not None]
    if cell.usable:
        bounds = (cell.throughput_rps.low, cell.throughput_rps.estimate, cell.throughput_rps.high)
        rates += [bound for bound in bounds if bound is not None]
    return rates


class _Series:
    """One server's cells, in the order of the axis, and how they are drawn."""

    def __init__(self, run: Run, cells: Sequence[Cell], model: str, colour: str, place: int, of: int) -> None:
        self.run = run
        self.cells = sorted((cell for cell in cells if cell.model == model), key=lambda cell: cell.connections)
        self.usable = [cell for cell in self.cells if cell.usable]
        self.model = model
        self.colour = colour
        self.marker = palette.marker(self.cells[0].family)
        self._place = (place, of)

    def beside(self, axes: Axes, shift: float = 0.0, floor: bool = False) -> Transform:
        return connections_axis.beside(axes, *self._place, shift, floor)

    def face(self, cell: Cell) -> str:
        return "none" if cell.validity == "suspect" else self.colour


def _draw_prediction(axes: Axes, series: _Series) -> None:
    points = [(cell.connections, cell.predicted.throughput_rps) for cell in series.cells if cell.predicted]
    if points:
        axes.plot(*zip(*points), color=series.colour, linestyle=(0, (4, 2)), linewidth=1.4, marker="_", markersize=12,
                  transform=series.beside(axes), gid=f"predicted:{series.model}")


def _bar(estimate: Estimate, scale: float = 1.0) -> list[list[float]] | None:
    if not estimate.has_interval:
        return None
    return [[(estimate.estimate - estimate.low) * scale], [(estimate.high - estimate.estimate) * scale]]


def _draw_measurements(axes: Axes, series: _Series) -> None:
    axes.plot([cell.connections for cell in series.usable], [cell.throughput_rps.estimate for cell in series.usable],
              color=series.colour, linewidth=0.8, alpha=0.5, transform=series.beside(axes),
              gid=f"measured:{series.model}")
    for cell in series.usable:
        axes.errorbar([cell.connections], [cell.throughput_rps.estimate], yerr=_bar(cell.throughput_rps),
                      color=series.colour, elinewidth=1.4, capsize=3, marker=series.marker, markersize=6.5,
                      markerfacecolor=series.face(cell), transform=series.beside(axes))
    for cell in series.cells:
        if not cell.usable:  # no value: a cross on the floor, the reason in the notes
            axes.plot([cell.connections], [0], marker="X", markersize=8, color=series.colour, clip_on=False,
                      transform=series.beside(axes, floor=True), linestyle="none", gid=f"invalid:{series.model}")
    _draw_repetitions(axes, series, lambda cell, rate: rate)


def _draw_residuals(axes: Axes, series: _Series) -> None:
    for cell in series.usable:
        if cell.residual_percent is None or not cell.predicted:
            continue
        axes.errorbar([cell.connections], [cell.residual_percent],
                      yerr=_bar(cell.throughput_rps, 100 / cell.predicted.throughput_rps), color=series.colour,
                      elinewidth=1.2, capsize=2.5, marker=series.marker, markersize=4.5,
                      markerfacecolor=series.face(cell), transform=series.beside(axes))
    _draw_repetitions(axes, series, _residual)


def _residual(cell: Cell, rate: float) -> float | None:
    return 100 * (rate / cell.predicted.throughput_rps - 1) if cell.predicted else None


_REPETITION_STYLES = {
    "ok": {"marker": "o", "markersize": 2.6, "markeredgewidth": 0},
    "suspect": {"marker": "o", "markersize": 3.2, "markerfacecolor": "none", "markeredgewidth": 0.8},
    "invalid": {"marker": "x", "markersize": 4.5, "markeredgewidth": 1.1},
}


def _draw_repetitions(axes: Axes, series: _Series, value: Callable[[Cell, float], float | None]) -> None:
    """Every trial that has a number, the invalid ones as crosses."""
    for validity, style in _REPETITION_STYLES.items():
        points = [(cell.connections, value(cell, trial.throughput_rps))
                  for cell in series.cells for trial in series.run.trials_of(cell)
                  if trial.validity == validity and trial.throughput_rps is not None]
        points = [point for point in points if point[1] is not None]
        if points:
            shift = connections_axis.DOT_POINTS * (2 if validity == "invalid" else 1)
            axes.plot(*zip(*points), linestyle="none", color=series.colour, alpha=0.75,
                      transform=series.beside(axes, shift),
                      gid=f"repetitions:{series.model}:{validity}", **style)


def _finish_residuals(axes: Axes, run: Run, cells: Sequence[Cell]) -> None:
    # Every estimate and repetition is in sight; an interval that goes beyond leaves the panel, in the table it is whole.
    rates = [(cell, trial.throughput_rps) for cell in cells if cell.predicted for trial in run.trials_of(cell)
             if trial.throughput_rps is not None]
    rates += [(cell, cell.throughput_rps.estimate) for cell in cells if cell.predicted and cell.usable]
    reach = max([13.0, *(1.25 * abs(_residual(cell, rate)) for cell, rate in rates)])
    axes.set_ylim(-reach, reach)
    axes.axhline(0, color=INK, linewidth=0.8)
    for bound in (-10, 10):
        axes.axhline(bound, color=INK, linewidth=0.8, linestyle=":", alpha=0.6)
    if reach < 60:
        for bound in (-10, 10):
            axes.text(1.02, bound, words.percent(bound).replace(".0", ""), transform=axes.get_yaxis_transform(),
                      va="center", size=8)
    axes.set_ylabel("residual [%]")


def _label(series: _Series) -> list[tuple[str, float, str]]:
    if series.usable:
        return [(series.model, series.usable[-1].throughput_rps.estimate, series.colour)]
    predicted = [cell.predicted for cell in series.cells if cell.predicted]
    return [(series.model, predicted[-1].throughput_rps, series.colour)] if predicted else []


def _notes(run: Run, cells: Sequence[Cell]) -> tuple[str, ...]:
    """Every cell that is not plainly ok, and every repetition that is missing."""
    marked = []
    for cell in cells:
        why = findings.reasons_in_words(cell)
        present = sum(1 for _ in run.trials_of(cell))
        if not cell.usable:
            marked.append((cell.model, cell.connections, f"invalid (cross): {why or 'no usable trial'}"))
        elif cell.validity == "suspect":
            marked.append((cell.model, cell.connections, f"suspect (hollow): {why}"))
        elif cell.repetitions_ok < present:
            marked.append((cell.model, cell.connections,
                           f"{cell.repetitions_ok} of {cell.repetitions} repetitions used: {why}"))
        if 0 < present < cell.repetitions:
            marked.append((cell.model, cell.connections, f"{present} of {cell.repetitions} repetitions measured"))
    marked += [(model, load, "not measured") for model, load in run.unmeasured(cells[0].workload)]
    return findings.grouped(marked)


def _table(run: Run, cells: Sequence[Cell]) -> table.Table:
    result = table.Table(["server", "connections", "requests/s", "95 % interval", "predicted", "residual",
                          "CPU µs/request", "95 % interval", "n", "validity"])
    for cell in cells:
        predicted = cell.predicted.throughput_rps if cell.predicted else None
        result.rows.append([table.text(cell.model), table.count(cell.connections),
                            *table.estimate(cell.throughput_rps), table.figure(predicted),
                            table.percent(cell.residual_percent), *table.estimate(cell.cpu_us_per_request),
                            table.count(run.repetitions_used(cell)), table.text(cell.validity)])
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
