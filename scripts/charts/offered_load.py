"""S4: latency against offered load, of open loops. Where does waiting explode, and is it where theory says?"""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from matplotlib.transforms import Transform

from charts import connections_axis, findings, palette, reasons, table, words
from charts.chart import Chart
from charts.run_data import Cell, Run
from charts.style import INK, Canvas, Words, new_figure

_LINES = {"p50": "solid", "p99": (0, (4, 2))}
_STEP_POINTS = 3.5  # between servers: enough to see all, too little to look like another load
_GROWN = 3.0  # p99 this many times that of the lightest load: the sentence calls it exploded


def draw_offered_load(run: Run) -> list[Chart]:
    """One figure per workload that was loaded at different rates by an open loop."""
    return [_draw(run, workload) for workload in run.open_workloads() if len(_offers(run, workload)) > 1]


def _offers(run: Run, workload: str) -> set[float]:
    return {_x(cell) for cell in _placed(run, workload)}


def _in_percent(cells: Sequence[Cell]) -> bool:
    return all(cell.rate_percent is not None for cell in cells)


def _placed(run: Run, workload: str) -> list[Cell]:
    """Cells with a place on the axis: shares of the capacity, or where there are others the rates."""
    cells = run.open_cells_of(workload)
    return cells if _in_percent(cells) else [cell for cell in cells if cell.rate_rps is not None]


def _x(cell: Cell) -> float:
    return cell.rate_percent if cell.rate_percent is not None else cell.rate_rps


def overloaded(cell: Cell) -> bool:
    return "overload" in cell.reasons and cell.validity != "ok"


def offered_load_sentence(run: Run, workload: str) -> str:
    """Up to which load each server's p99 stays near that of its lightest load."""
    reached, start = _reached(run, workload, ("ok",)), "The"
    if not reached:
        reached, start = _reached(run, workload, ("ok", "suspect")), "By figures that are all suspect, the"
    if not reached:
        return f"No cell of {workload} under an open loop has a p99 latency: nothing can be said about it"
    by_load: dict[str, list[str]] = {}
    for model, cell in reached:
        by_load.setdefault(_load_in_words(cell), []).append(model)
    parts = [f"{load} with {words.listed(models)}" for load, models in by_load.items()]
    return f"{start} p99 latency stays within {_GROWN:g} times that of the lightest load up to {'; '.join(parts)}"


def _reached(run: Run, workload: str, validities: Sequence[str]) -> list[tuple[str, Cell]]:
    cells = _placed(run, workload)
    held = [(model, _held(_series(cells, model), validities)) for model in _models(run, cells)]
    return [(model, cell) for model, cell in held if cell]


def _held(series: Sequence[Cell], validities: Sequence[str]) -> Cell | None:
    """The last load before the first at which p99 has grown or the server is overloaded. Cells of another validity, and
    light loads with too few requests for a p99, are passed over."""
    lightest = held = None
    for cell in series:
        p99 = cell.latency_ms["p99"]
        if not cell.usable or overloaded(cell):
            break
        if p99 is None or cell.validity not in validities:
            continue
        lightest = lightest or p99
        if p99.estimate > _GROWN * lightest.estimate:
            break
        held = cell
    return held


def _load_in_words(cell: Cell) -> str:
    return cell.load.replace("of capacity", "of the predicted capacity")


def _models(run: Run, cells: Sequence[Cell]) -> list[str]:
    present = {cell.model for cell in cells}
    return [model.name for model in run.models if model.name in present]


def _series(cells: Sequence[Cell], model: str) -> list[Cell]:
    return sorted((cell for cell in cells if cell.model == model), key=_x)


def _draw(run: Run, workload: str) -> Chart:
    cells = _placed(run, workload)
    title = offered_load_sentence(run, workload)
    notes = _notes(cells)
    drawn = [cell for cell in cells if cell.usable]
    percent = _in_percent(run.open_cells_of(workload))
    subtitle = (f"{workload}: latency from the intended send time against offered load"
                f"{', as a share of the capacity predicted for each server' if percent else ''}; latency logarithmic. "
                f"Solid: p50, dashed: p99.{findings.care(cells)}")
    caption = (f"{findings.sizes(run, drawn)}. {words.INTERVAL_METHOD} Open loop, at most "
               f"{words.span([cell.connections for cell in cells])} connections; a percentile needs at least 20 samples "
               "beyond it, requests without a proper reply included.")
    canvas = new_figure(Words(title, subtitle, notes, f"{workload}, interleave-load. {caption} Run {run.id}."), (3.4,))
    _draw_panel(canvas, run, cells, percent)
    return Chart(
        id=f"S4-{workload}", title=title, subtitle=subtitle, caption=caption, canvas=canvas, notes=notes,
        table=_table(run, cells), description=_description(workload, cells),
        how_to_read=("Users who do not know of each other arrive at random, whether or not the server keeps up: to the "
                     "right they come faster. The vertical line is the capacity that theory predicts from other trials: "
                     "beyond it the queue grows as long as the load lasts, so what is measured there depends on for how "
                     "long. Points of different servers stand side by side. Ribbons are 95 % intervals; one "
                     "that leaves the panel is whole in the table. A cross is overload: requests failed, or the server fell behind. "
                     "Hollow: suspect for another reason, which the notes give."))


def _draw_panel(canvas: Canvas, run: Run, cells: Sequence[Cell], percent: bool) -> None:
    ((axes,),) = canvas.axes
    colours = palette.colours([(model.name, model.family) for model in run.models])
    # Two repetitions have intervals of decades: the panel holds every estimate, not every end of a ribbon.
    values = [cell.latency_ms[name].estimate for cell in cells if cell.usable for name in _LINES if cell.latency_ms[name]]
    axes.set_yscale("log")
    if values:
        connections_axis.draw_value_axis(axes, [min(values), max(max(values), 6 * min(values))])
    axes.set_ylabel("latency [ms]")
    _draw_load_axis(axes, cells, percent)
    labels = []
    models = _models(run, cells)
    for place, model in enumerate(models):
        series = _series(cells, model)
        beside = connections_axis.beside(axes, place, len(models), step=_STEP_POINTS)
        for name, dashes in _LINES.items():
            _draw_line(axes, series, name, dashes, colours[model], beside)
        if not percent:
            _draw_capacity(axes, [series[0]], colours[model])
        ends = [cell.latency_ms[name] for name in ("p50", "p99") for cell in series if cell.usable and cell.latency_ms[name]]
        if ends:  # the last p99, or where there is none the last p50
            labels.append((model, ends[-1].estimate, colours[model]))
    if percent:
        axes.axvline(100, color=INK, linewidth=1.0, linestyle=":", gid="capacity")
        axes.text(100, 1.0, "predicted capacity ", transform=axes.get_xaxis_transform(), ha="right", va="top", size=8)
    connections_axis.draw_labels(axes, labels)


def _draw_load_axis(axes: Axes, cells: Sequence[Cell], percent: bool) -> None:
    offers = sorted({_x(cell) for cell in cells})
    if percent:
        axes.set_xlim(0, 1.06 * max(100.0, offers[-1]))
        axes.xaxis.set_major_locator(FixedLocator(offers))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.set_xlabel("offered load [% of predicted capacity]")
        return
    axes.set_xscale("log")
    axes.set_xlim(offers[0] / 1.15, offers[-1] * 1.15)
    axes.xaxis.set_major_locator(FixedLocator(offers))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.set_xlabel("offered load [requests/s], logarithmic")


def _draw_capacity(axes: Axes, cells: Sequence[Cell], colour: str) -> None:
    for cell in cells:
        low, high = axes.get_xlim()
        if cell.predicted and low <= cell.predicted.capacity_rps <= high:
            axes.axvline(cell.predicted.capacity_rps, color=colour, linewidth=1.0, linestyle=":",
                         gid=f"capacity:{cell.model}")


def _draw_line(axes: Axes, series: Sequence[Cell], name: str, dashes: str | tuple, colour: str,
               beside: Transform) -> None:
    given = [cell for cell in series if cell.usable and cell.latency_ms[name]]
    if not given:
        return
    loads = [_x(cell) for cell in given]
    values = [cell.latency_ms[name] for cell in given]
    axes.plot(loads, [value.estimate for value in values], color=colour, linewidth=1.5, linestyle=dashes,
              gid=f"{name}:{given[0].model}", transform=beside)
    if all(value.has_interval for value in values):
        axes.fill_between(loads, [value.low for value in values], [value.high for value in values], color=colour,
                          alpha=0.15, linewidth=0, transform=beside)
    for cell, value in zip(given, values):
        crossed = overloaded(cell)
        axes.plot([_x(cell)], [value.estimate], linestyle="none", color=colour,
                  marker="X" if crossed else palette.marker(cell.family), markersize=7 if crossed else 5,
                  markerfacecolor="none" if cell.validity == "suspect" and not crossed else colour,
                  gid=f"{'overload' if crossed else 'point'}:{name}:{cell.model}", transform=beside)


def _notes(cells: Sequence[Cell]) -> tuple[str, ...]:
    """What is not plainly ok, a line for each reason: who, and at which loads."""
    lines: dict[str, dict[str, list[Cell]]] = {}
    for cell in sorted(cells, key=_x):
        why = "; ".join(reasons.what(reason) for reason in sorted(cell.reasons))
        if not cell.usable:
            why = f"not drawn: {why or 'no usable trial'}"
        elif cell.validity == "suspect":
            why = f"{'overload (cross)' if overloaded(cell) else 'suspect (hollow)'}: {why}"
        elif cell.latency_ms["p99"] is None:
            why = f"no p99: {cell.latency_note or 'not given'}"
        else:
            continue
        lines.setdefault(why, {}).setdefault(cell.model, []).append(cell)
    return tuple(f"{why}: {'; '.join(f'{model} at {_loads_in_words(found)}' for model, found in by_model.items())}"
                 for why, by_model in lines.items())


def _loads_in_words(cells: Sequence[Cell]) -> str:
    if all(cell.rate_percent is not None for cell in cells):
        return f"{words.listed([f'{cell.rate_percent:g}' for cell in cells])}\N{NO-BREAK SPACE}% of capacity"
    return words.listed([cell.load for cell in cells])


def _table(run: Run, cells: Sequence[Cell]) -> table.Table:
    result = table.Table(["server", "offered load", "requests/s offered", "predicted capacity", "requests/s answered",
                          "p50 ms", "95 % interval", "p99 ms", "95 % interval", "n", "validity"])
    for model in _models(run, cells):
        for cell in _series(cells, model):
            predicted = cell.predicted.capacity_rps if cell.predicted else None
            answered = cell.throughput_rps.estimate if cell.throughput_rps else None
            result.rows.append([
                table.text(model), table.text(cell.load), table.figure(cell.rate_rps), table.figure(predicted),
                table.figure(answered), *table.estimate(cell.latency_ms["p50"]),
                *table.estimate(cell.latency_ms["p99"]), table.count(run.repetitions_used(cell)),
                table.text(cell.validity + (", overload" if overloaded(cell) else ""))])
    return result


def _description(workload: str, cells: Sequence[Cell]) -> str:
    parts = [f"Line chart of {workload}: latency in milliseconds against offered load."]
    for cell in sorted(cells, key=lambda cell: (cell.model, _x(cell))):
        if not cell.usable:
            parts.append(f"{cell.model} at {cell.load}: not valid.")
            continue
        values = [f"{name} {words.number(cell.latency_ms[name].estimate)}" for name in _LINES if cell.latency_ms[name]]
        state = " (overload)" if overloaded(cell) else ""
        parts.append(f"{cell.model} at {cell.load}{state}: {', '.join(values) or 'no latency'}.")
    return " ".join(parts)
