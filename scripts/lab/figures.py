"""The figures of the lab: what was recorded beside what the student said. The lines: the student's solid, theory's
dashed."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple

import matplotlib
from matplotlib.axes import Axes

from charts import palette, table, words
from charts.chart import Chart
from charts.style import INK, RC, Words, new_figure
from charts.weave import colours, draw_span
from charts.weave_data import Span, Weave
from lab.objective import Objective

_ROW = 0.19
_LEAST = 0.45
_LETTER = 0.018  # of the axis: what a letter takes
_YOU = "#C000A0"
_NUMBERS_APART = 1.1  # on the logarithmic axis of sizes


class Drawing(NamedTuple):
    """What a student drew: the turns of each thread, and when the last reply comes."""

    lanes: Sequence[Sequence[str]]
    finish_ms: float


def turns_of(weave: Weave, shortest_ms: float) -> list[list[str]]:
    """Whose turns each thread runs, one after another; what is shorter than `shortest_ms` is no turn of the drawing."""
    lanes = []
    for lane in range(weave.lanes):
        names: list[str] = []
        for span, request in weave.turns(lane):
            if span.end_ms - span.begin_ms >= shortest_ms and names[-1:] != [request.name]:
                names.append(request.name)
        if names:
            lanes.append(names)
    return lanes


def weave_chart(weave: Weave, title: str, you_ms: float, drawing: Drawing | None = None) -> Chart:
    """The recorded threads over time; above them the student's drawing, if there is one."""
    heights = [max(_LEAST, _ROW * weave.lanes)]
    if drawing:
        heights.insert(0, max(_LEAST, _ROW * len(drawing.lanes)))
    subtitle = (f"{weave.workload}: {words.counted(len(weave.requests), 'request')} at the same moment on "
                f"{weave.model}. Rows are threads; solid: runs, hatched: waits and holds the thread. Vertical lines: the last "
                "reply, solid as you said, dashed as theory says.")
    caption = (f"n = {len(weave.finish_ms)} traced runs, the median one drawn; last replies "
               f"{words.interval(min(weave.finish_ms), max(weave.finish_ms))} ms. "
               f"{words.counted(weave.cores, 'core')} allowed.")
    with matplotlib.rc_context(RC):
        canvas = new_figure(Words(title, subtitle, (), caption), heights, gap=0.42, left=0.4, right=0.2)
        panels = [row[0] for row in canvas.axes]
        end = 1.06 * max(you_ms, weave.finish, weave.predicted_finish_ms)
        if drawing:
            _draw_drawing(panels[0], weave, drawing, end)
            panels[0].set_title("as you drew it, stretched over the time you gave", loc="left", size=7.5, pad=2)
        _draw_recorded(panels[-1], weave, end)
        panels[-1].set_title("as it was recorded", loc="left", size=7.5, pad=2)
        for axes in panels:
            axes.axvline(you_ms, color=_YOU, linewidth=1.6, gid="you")
            axes.axvline(weave.predicted_finish_ms, color=INK, linewidth=1.2, linestyle=(0, (4, 2)), gid="theory")
            axes.set_xlim(0, end)
            axes.grid(False, axis="y")
            axes.tick_params(axis="y", length=0, labelsize=7)
            axes.tick_params(labelbottom=axes is panels[-1])
        panels[-1].set_xlabel("time since sending [ms]")
    recorded = " / ".join(" ".join(lane) for lane in turns_of(weave, 0))
    description = (f"Gantt chart. Recorded turns by thread: {recorded}. Last reply after {words.number(weave.finish)} ms; you "
                   f"said {you_ms:g} ms, theory {words.number(weave.predicted_finish_ms)} ms.")
    return Chart(id="lab-weave", title=title, subtitle=subtitle, caption=caption, canvas=canvas,
                 table=_weave_table(weave), description=description,
                 how_to_read="Each colour and letter is a request. Where the turns of several alternate on one thread, they "
                             "are woven.")


def _draw_recorded(axes: Axes, weave: Weave, end_ms: float) -> None:
    colour = colours(weave)
    for request in weave.requests:
        for span in request.spans:
            if span.lane is not None:
                row = weave.lanes - 1 - span.lane
                gap_ms = _letter(axes, span, row, request.name, end_ms)
                draw_span(axes, span, row, colour[request.name], f"{span.state}:{request.name}", gap_ms)
    _rows(axes, weave.lanes)


def _draw_drawing(axes: Axes, weave: Weave, drawing: Drawing, end_ms: float) -> None:
    colour = colours(weave)
    for place, lane in enumerate(drawing.lanes):
        row = len(drawing.lanes) - 1 - place
        width = drawing.finish_ms / len(lane)
        for turn, name in enumerate(lane):
            span = Span("running", "", place, turn * width, (turn + 0.94) * width)
            _letter(axes, span, row, name, end_ms)
            draw_span(axes, span, row, colour.get(name, palette.GREY), f"drawn:{name}")
    _rows(axes, len(drawing.lanes))


def _letter(axes: Axes, span: Span, row: float, name: str, end_ms: float) -> float:
    """Writes it where there is room, and says how much it takes; beside it the hatching of a wait must be seen."""
    runs = span.state == "running"
    room_ms = _LETTER * len(name) * end_ms
    if span.end_ms - span.begin_ms < (1 if runs else 1.6) * room_ms:
        return 0
    axes.text((span.begin_ms + span.end_ms) / 2, row + 0.47, name, ha="center", va="center", size=6.5, weight="bold",
              color="white" if runs else INK, gid="letter")
    return room_ms


def _rows(axes: Axes, count: int) -> None:
    axes.set_ylim(0, count)
    axes.set_yticks([row + 0.5 for row in range(count)], [str(count - row) for row in range(count)])


def _weave_table(weave: Weave) -> table.Table:
    result = table.Table(["request", "first turn begins [ms]", "answered [ms]", "predicted [ms]"])
    for request in weave.requests:
        result.rows.append([table.text(request.name), table.figure(request.runs()[0].begin_ms),
                            table.figure(request.received_ms), table.figure(request.predicted_ms)])
    return result


class PoolPoint(NamedTuple):
    workers: int
    latency_ms: tuple[float, ...]  # of each launch


def _labelled(points: Sequence[PoolPoint], objective_ms: float, you: int) -> list[int]:
    """Sizes whose numbers fit beside each other: first the smallest that holds, then the student's, then the others."""
    holds = [point.workers for point in points if statistics.median(point.latency_ms) < objective_ms]
    labelled: list[int] = []
    for size in [*sorted(holds)[:1], you, *sorted(point.workers for point in points)]:
        if all(max(size, other) / min(size, other) > _NUMBERS_APART for other in labelled):
            labelled.append(size)
    return labelled


def pool_chart(points: Sequence[PoolPoint], title: str, objective: Objective, you: int,
               theory: tuple[int, int]) -> Chart:
    """Latency against the size of the pool, a mark for each launch."""
    name, objective_ms = objective.percentile, objective.limit_ms
    subtitle = (f"{name} latency of each launch against the number of workers, logarithmic. Horizontal: the objective. Vertical: your "
                "size. Band: where theory expects the smallest.")
    n = words.span([len(point.latency_ms) for point in points])
    caption = f"n = {n} {'launch' if n == '1' else 'launches'} per size; sizes chosen by bisection, the last two confirmed."
    with matplotlib.rc_context(RC):
        canvas = new_figure(Words(title, subtitle, (), caption), (2.6,), right=0.3)
        axes = canvas.axes[0][0]
        axes.set_xscale("log", base=2)
        axes.set_yscale("log")
        axes.axvspan(theory[0] - 0.4, theory[1] + 0.4, color=palette.GREY, alpha=0.2, linewidth=0, gid="theory")
        axes.axhline(objective_ms, color=INK, linewidth=1.1, linestyle=(0, (4, 2)), gid="objective")
        axes.axvline(you, color=_YOU, linewidth=1.6, gid="you")
        for point in points:
            for value in point.latency_ms:
                meets = value < objective_ms
                axes.plot([point.workers], [value], linestyle="none", marker="^" if meets else "x", markersize=6,
                          color="#008060" if meets else "#A06020", gid="meets" if meets else "misses")
        labelled = _labelled(points, objective_ms, you)
        axes.set_xticks(labelled, [str(size) for size in labelled])
        axes.minorticks_off()
        values = [value for point in points for value in point.latency_ms] + [objective_ms]
        ticks = [step * 10**power for power in range(0, 5) for step in (1, 2, 5)
                 if min(values) / 1.6 <= step * 10**power <= max(values) * 1.6]
        axes.set_ylim(min(values) / 1.4, max(values) * 1.4)
        axes.set_yticks(ticks, [f"{tick:,}" for tick in ticks])
        axes.set_xlabel("workers, logarithmic")
        axes.set_ylabel(f"{name} latency [ms]")
    result = table.Table(["workers", f"{name} of each launch [ms]", "objective"])
    for point in points:
        met = sum(value < objective_ms for value in point.latency_ms)
        result.rows.append([table.count(point.workers), table.text(", ".join(map(words.number, point.latency_ms))),
                            table.text(f"met in {met} of {len(point.latency_ms)}")])
    description = " ".join(f"{point.workers} workers: {name} {', '.join(map(words.number, point.latency_ms))} ms."
                           for point in points)
    return Chart(id="lab-pool", title=title, subtitle=subtitle, caption=caption, canvas=canvas, table=result,
                 description=description,
                 how_to_read="A triangle keeps the objective, a cross does not. Left of where they change the pool is too small.")
