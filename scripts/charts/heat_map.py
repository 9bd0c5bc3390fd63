"""S8: latency over the seconds of a window, of open loops. Steady, or stalls and drift? A number per window hides which."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from charts import connections_axis, findings, palette, table, words
from charts.chart import Chart
from charts.course import GROWN, Course, course_of, in_words, percent_of
from charts.offered_load import overloaded
from charts.run_data import Cell, Run
from charts.style import INK, Canvas, Words, new_figure
from charts.timeline_data import Second, bucket_end, together

# Replies in a second and a bucket, as a share of the requests that a second brings: (at least, opacity).
_LEVELS = ((0.0, 0.28), (0.01, 0.42), (0.03, 0.6), (0.1, 0.8), (0.3, 1.0))


@dataclass(frozen=True)
class Panel:
    cell: Cell
    launches: int
    timeline: tuple[Second, ...]  # of all launches together


def draw_heat_map(run: Run) -> list[Chart]:
    """One figure per workload: a panel per server, just below its predicted capacity. Of a server that is stalled on
    purpose also what a closed loop sees of it."""
    return [_draw(run, workload, panels) for workload in run.open_workloads() if (panels := _panels(run, workload))]


def _panels(run: Run, workload: str) -> list[Panel]:
    panels = []
    for model in run.models:
        timed = [panel for cell in run.cells if (cell.model, cell.workload) == (model.name, workload)
                 if cell.usable and (panel := _panel(run, cell))]
        offered = [panel for panel in timed if panel.cell.is_open]
        if not offered:
            continue
        if run.plan.stall:
            panels += [panel for panel in timed if not panel.cell.is_open][-1:]
        panels.append(_just_below_capacity(offered))
    return panels


def _panel(run: Run, cell: Cell) -> Panel | None:
    used = ("ok",) if cell.validity == "ok" else ("ok", "suspect")
    timelines = [trial.timeline for trial in run.trials_of(cell) if trial.validity in used and trial.timeline]
    return Panel(cell, len(timelines), together(timelines)) if timelines else None


def _just_below_capacity(panels: Sequence[Panel]) -> Panel:
    """The highest rate below it; where all are above, the lowest."""
    below = [panel for panel in panels if _is_below(panel.cell)]
    return max(below, key=lambda panel: _rate(panel.cell)) if below else min(panels, key=lambda panel: _rate(panel.cell))


def _is_below(cell: Cell) -> bool:
    return not (overloaded(cell) if cell.beyond_capacity is None else cell.beyond_capacity)


def _rate(cell: Cell) -> tuple[float, int]:
    return cell.rate_percent or cell.rate_rps or 0, cell.connections


def _whole_seconds(run: Run) -> int:
    return int(run.plan.duration_ms // 1000)


def _courses(run: Run, panels: Sequence[Panel]) -> list[Course]:
    whole = _whole_seconds(run)
    percent = percent_of([panel.timeline for panel in panels], whole)
    return [course_of(panel.timeline, whole, percent) for panel in panels]


def _kind(panel: Panel) -> str:
    return "open loop" if panel.cell.is_open else "closed loop"


def _where(panel: Panel, panels: Sequence[Panel]) -> tuple[str, str]:
    """What tells it from the others, with a preposition before it: the kind of loop, the server, or both."""
    models = {other.cell.model for other in panels}
    article = "an" if panel.cell.is_open else "a"
    if len(models) == 1 < len(panels):
        return "in", f"{article} {_kind(panel)}"
    return "with", panel.cell.model if len(panels) == len(models) else f"{panel.cell.model} in {article} {_kind(panel)}"


def _sentence(run: Run, workload: str, panels: Sequence[Panel], courses: Sequence[Course]) -> str:
    """Only of cells that are ok; which are not, and that they are not."""
    told = [(*_where(panel, panels), course) for panel, course in zip(panels, courses)
            if panel.cell.validity == "ok"]
    if not told:
        return f"No cell of {workload} that was timed second by second is ok: nothing can be said about its course"
    if all(course.kind == "unknown" for _, _, course in told):
        return f"Too few replies or seconds to say how the latency of {workload} goes over a window"
    parts = []
    if level := [(name, course) for _, name, course in told if course.kind == "level"]:
        worst = words.number(max(course.worst_ms for _, course in level))
        parts.append((f"{told[0][0]} {words.listed([name for name, _ in level])}", f"stays level (at most {worst} ms)"))
    parts += [(f"{before} {name}", in_words(course)) for before, name, course in told if course.kind != "level"]
    subject = f"the p{told[0][2].percent} latency of a second"
    sentence = ", ".join(f"{where} {'it' if i else subject} {what}" for i, (where, what) in enumerate(parts))
    situation = _situation(run, panels, [course for _, _, course in told])
    sentence = situation + sentence if situation else sentence[0].upper() + sentence[1:]
    left_out = [_where(panel, panels)[1] for panel in panels if panel.cell.validity != "ok"]
    return f"{sentence}; {words.listed(left_out)} not judged" if left_out else sentence


def _situation(run: Run, panels: Sequence[Panel], courses: Sequence[Course]) -> str:
    """What holds for all panels; may be empty."""
    still = sorted({second for course in courses for second in course.still})
    if run.plan.stall and still and len({panel.cell.model for panel in panels}) == 1:
        return f"{panels[0].cell.model} stands still at {words.listed([_at(second) for second in still])}: "
    loads = {panel.cell.load for panel in panels}
    return f"At {loads.pop()}, " if len(loads) == 1 else ""


def _at(second: int) -> str:
    return f"{second}\N{NO-BREAK SPACE}s"


def _draw(run: Run, workload: str, panels: Sequence[Panel]) -> Chart:
    courses = _courses(run, panels)
    title = _sentence(run, workload, panels, courses)
    columns = 1 if len(panels) <= 2 else 2 if len(panels) == 4 else 3
    subtitle = (f"{workload}: replies by the second they came in and how long they took since their intended send time, "
                f"latency logarithmic; the stronger the colour, the more replies. Tick: the slowest of the second."
                f"{' Bar at the foot: the server is stopped.' if run.plan.stall else ''}"
                f"{findings.care([panel.cell for panel in panels])}")
    n = words.span([panel.launches for panel in panels])
    caption = (f"All replies of the usable repetitions together (n = {n} per panel), in steps of 14 to 25 % of latency; "
               "shade = replies in a second and step as a share of the requests that a second brings. Level: no second is "
               f"worse than {GROWN:g} times the median second.")
    notes = _notes(panels)
    canvas = new_figure(Words(title, subtitle, notes, f"{workload}, interleave-load. {caption} Run {run.id}."),
                        (1.6,) * -(-len(panels) // columns), columns, gap=0.5, panel_titles=True)
    _draw_panels(canvas, run, panels, columns)
    return Chart(
        id=f"S8-{workload}", title=title, subtitle=subtitle, caption=caption, canvas=canvas, notes=notes,
        table=_table(panels, courses), description=_description(workload, panels, courses),
        how_to_read=("Each column is a second; where its colour is strongest most of its replies lie. A level band: the "
                     "server keeps up. A band that climbs: a queue grows, and goes on growing as long as the load "
                     "lasts. An empty column with a tall one after it: the server stood still, and all that came "
                     "meanwhile waited, which is why the tall one is spread from the usual time up to the length of "
                     "the stall. One percentile for the whole window cannot tell these apart. Right of the dotted line "
                     "is what came when the load was over."))


def _notes(panels: Sequence[Panel]) -> tuple[str, ...]:
    lines = []
    for panel in panels:
        where = f"{panel.cell.model} at {panel.cell.load}"
        if panel.cell.validity != "ok":
            lines.append(f"{where}: {panel.cell.validity}: {findings.reasons_in_words(panel.cell)}")
        if failed := sum(second.failed for second in panel.timeline):
            lines.append(f"{where}: {words.counted(failed, 'request')} failed (cross, when they ended): no latency")
    return tuple(lines)


def _draw_panels(canvas: Canvas, run: Run, panels: Sequence[Panel], columns: int) -> None:
    colours = palette.colours([(model.name, model.family) for model in run.models])
    places = [axes for row in canvas.axes for axes in row]
    buckets = [lowest for panel in panels for second in panel.timeline for lowest, _ in second.buckets]
    low, high = min(buckets, default=10**6) / 1e6, bucket_end(max(buckets, default=10**7)) / 1e6
    window = run.plan.duration_ms / 1000
    for axes, panel in zip(places, panels):
        _draw_heat(axes, panel, colours[panel.cell.model])
        _draw_stalls(axes, run)
        connections_axis.draw_value_axis(axes, [max(low, 0.001), max(high, 6 * low)])
        axes.set_title(_heading(panel, panels), loc="left", pad=3)
        if len(panel.timeline) > window:
            axes.axvline(window, color=INK, linewidth=0.9, linestyle=":", gid="window")
    places[0].set_xlim(0, max(window, *(len(panel.timeline) for panel in panels)))  # shared by all
    for axes in places[len(panels):]:
        axes.remove()
    for number, axes in enumerate(places[:len(panels)]):
        axes.xaxis.set_major_locator(MaxNLocator(nbins=5 if columns > 1 else 10, integer=True))
        first, last = number % columns == 0, number + columns >= len(panels)
        axes.tick_params(labelleft=first, labelbottom=last)
        if first:
            axes.set_ylabel("latency [ms]")
        if last:
            axes.set_xlabel("time since the window began [s]" if columns == 1 else "time [s]")
    _draw_legend(places[min(columns, len(panels)) - 1])


def _heading(panel: Panel, panels: Sequence[Panel]) -> str:
    care = "" if panel.cell.validity == "ok" else f" ({panel.cell.validity})"
    if len({other.cell.model for other in panels}) == 1 or len({other.cell.load for other in panels}) > 1:
        return f"{panel.cell.model}, {_kind(panel)}, {panel.cell.load}{care}"
    return panel.cell.model + care


def _draw_heat(axes: Axes, panel: Panel, colour: str) -> None:
    usual = _requests_a_second(panel)
    name = f"{panel.cell.model}:{panel.cell.load_kind}"
    for level, (_, opacity) in enumerate(_LEVELS):
        boxes = [_box(*place) for place in _runs(panel.timeline, usual, level)]
        if boxes:
            axes.add_patch(PathPatch(Path.make_compound_path(*boxes), facecolor=colour, alpha=opacity, linewidth=0,
                                     gid=f"heat:{name}:{level}"))
    slowest = [(at, second.slowest_ms) for at, second in enumerate(panel.timeline) if second.slowest_ms is not None]
    axes.hlines([ms for _, ms in slowest], [at + 0.15 for at, _ in slowest], [at + 0.85 for at, _ in slowest],
                color=INK, linewidth=1.1, gid=f"slowest:{name}")
    failed = [at + 0.5 for at, second in enumerate(panel.timeline) if second.failed]
    if failed:
        axes.plot(failed, [0.95] * len(failed), linestyle="none", marker="x", markersize=4, color=INK,
                  transform=axes.get_xaxis_transform(), gid=f"failed:{name}")


def _requests_a_second(panel: Panel) -> float:
    """What came, over the seconds in which anything was to come."""
    coming = [second.scheduled for second in panel.timeline if second.scheduled]
    return sum(coming) / len(coming) if coming else 1.0


def _level(share: float) -> int:
    return max(level for level, (least, _) in enumerate(_LEVELS) if share >= least)


def _runs(timeline: Sequence[Second], usual: float, level: int) -> Iterator[tuple[int, int, int]]:
    """(bucket, first second, second after the last): neighbours of the same shade are one box."""
    shaded: dict[int, list[int]] = {}
    for at, second in enumerate(timeline):
        for lowest, count in second.buckets:
            if _level(count / usual) == level:
                shaded.setdefault(lowest, []).append(at)
    for lowest, seconds in sorted(shaded.items()):
        begin = 0
        for i in range(1, len(seconds) + 1):
            if i == len(seconds) or seconds[i] != seconds[i - 1] + 1:
                yield lowest, seconds[begin], seconds[i - 1] + 1
                begin = i


def _box(lowest: int, begin: int, end: int) -> Path:
    low, high = max(lowest, 1) / 1e6, bucket_end(lowest) / 1e6
    return Path([(begin, low), (end, low), (end, high), (begin, high), (begin, low)], closed=True)


def _draw_stalls(axes: Axes, run: Run) -> None:
    """Where the server was stopped on purpose: the first stall begins after half an interval."""
    stall = run.plan.stall
    if stall is None:
        return
    at = stall.every_s / 2
    while at < run.plan.duration_ms / 1000:
        axes.axvspan(at, at + stall.length_s, ymax=0.04, color=INK, alpha=0.75, linewidth=0, gid="stall")
        at += stall.every_s


def _draw_legend(axes: Axes) -> None:
    height = axes.get_window_extent().height * 72 / axes.figure.dpi
    step = 12.5 / height
    axes.text(1.05, 1.0, "of a second's requests", transform=axes.transAxes, va="center", size=8, gid="legend")
    width = 12 * 72 / axes.figure.dpi / axes.get_window_extent().width
    for row, (level, (least, opacity)) in enumerate(reversed(list(enumerate(_LEVELS)))):
        y = 1.0 - step * (row + 1)
        axes.add_patch(Rectangle((1.05, y - 0.38 * step), width * 1.4, 0.76 * step, transform=axes.transAxes,
                                 clip_on=False, facecolor=INK, alpha=opacity, linewidth=0))
        name = f"{100 * least:g} % or more" if least else f"below {100 * _LEVELS[level + 1][0]:g} %"
        axes.text(1.05 + width * 1.9, y, name, transform=axes.transAxes, va="center", size=8)


def _table(panels: Sequence[Panel], courses: Sequence[Course]) -> table.Table:
    share = f"p{courses[0].percent}"
    result = table.Table(["server", "load", "requests", "replies", "failed", f"{share} ms of the median second",
                          f"{share} ms of the worst second", "which began at s", "slowest ms", "course", "n",
                          "validity"])
    for panel, course in zip(panels, courses):
        slowest = max((second.slowest_ms for second in panel.timeline if second.slowest_ms is not None), default=None)
        known = course.kind != "unknown"
        result.rows.append([
            table.text(panel.cell.model), table.text(panel.cell.load),
            *(table.count(sum(getattr(second, name) for second in panel.timeline))
              for name in ("scheduled", "ok", "failed")),
            table.figure(course.typical_ms), table.figure(course.worst_ms),
            table.count(course.worst_at) if known else table.figure(None), table.figure(slowest),
            table.text(course.kind), table.count(panel.launches), table.text(panel.cell.validity)])
    return result


def _description(workload: str, panels: Sequence[Panel], courses: Sequence[Course]) -> str:
    parts = [f"Heat maps of {workload}: replies by second and latency in milliseconds."]
    for panel, course in zip(panels, courses):
        still = (f" Next to nothing is answered at {words.listed([_at(second) for second in course.still])}."
                 if course.still else "")
        parts.append(f"{panel.cell.model}, {_kind(panel)}, {panel.cell.load}, {panel.cell.validity}: the p{course.percent} latency of a second "
                     f"{in_words(course)}.{still}")
    return " ".join(parts)
