"""S15: each cell's figures commit by commit, on one machine, and where a level changed. Did anything move?"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from charts import palette, table, words
from charts.chart import Chart
from charts.history_data import SHOWN_FIGURES, HistoryCell, HistoryEntry, HistoryValue
from charts.level_changes import LevelChange, LevelChanges
from charts.level_marks import COMMIT, change_words, draw_level_marks, level_marks
from charts.run_data import Run
from charts.style import INK, Canvas, Words, new_figure

_SHOWN = 12   # commits, the newest
_MOVED = 5.0  # per cent: what the regression gate asks of an effect at the least
_DASHES = ("solid", (0, (4, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)))  # the largest load first
_FEWEST = 2   # entries that make a history


class _Figure(NamedTuple):
    name: str
    title: str
    unit: str


_TITLES = {"cpu_us_per_request": ("CPU time of a request", "µs"), "p50_ms": ("median latency", "ms")}
_FIGURES = tuple(_Figure(name, *_TITLES[name]) for name in SHOWN_FIGURES)


class _Point(NamedTuple):
    place: int  # of the commit, from 0
    value: HistoryValue
    ok: bool


class _Series(NamedTuple):
    cell: HistoryCell  # the newest: names and load
    figure: _Figure
    points: list[_Point]
    changes: tuple[LevelChange, ...]  # of the level, older ones than the points too

    @property
    def middle(self) -> float:
        """What the changes are measured against: no commit is the right one."""
        return statistics.median(point.value.estimate for point in self.points)

    def relative(self, value: float) -> float:
        return 100 * (value / self.middle - 1)


class _Step(NamedTuple):
    """From one commit to the next, or from one level to another."""

    place: int
    series: _Series
    percent: float


def draw_history(run: Run) -> list[Chart]:
    """One figure per workload of which the run's machine has two entries or more."""
    entries = run.history.entries[-_SHOWN:]
    workloads = dict.fromkeys(cell.workload for entry in entries for cell in entry.cells)
    found = ((workload, _all_series(entries, workload, run.history.level_changes or {})) for workload in workloads)
    return [_draw(run, entries, workload, series) for workload, series in found if series]


def _all_series(entries: Sequence[HistoryEntry], workload: str, changes: LevelChanges) -> list[_Series]:
    newest: dict[tuple, HistoryCell] = {}
    for entry in entries:
        newest.update({cell.series: cell for cell in entry.cells if cell.workload == workload})
    ordered = sorted(newest.values(), key=lambda cell: (cell.model, -cell.connections, -(cell.rate_percent or 0),
                                                        -(cell.rate_rps or 0), cell.driver))
    found = [_series(entries, cell, figure, changes.get((cell.series, figure.name), ()))
             for figure in _FIGURES for cell in ordered]
    return [series for series in found if len(series.points) >= _FEWEST]


def _series(entries: Sequence[HistoryEntry], wanted: HistoryCell, figure: _Figure,
            changes: tuple[LevelChange, ...]) -> _Series:
    points = []
    for place, entry in enumerate(entries):
        for cell in entry.cells:
            value = cell.figures.get(figure.name)
            if cell.series == wanted.series and value and value.estimate > 0 and cell.validity != "invalid":
                points.append(_Point(place, value, cell.validity == "ok"))
    return _Series(wanted, figure, points, changes)


def _steps(every: Sequence[_Series]) -> list[_Step]:
    """Neighbours that differ by more than their intervals and by the least effect that the gate would count."""
    found = []
    for series in every:
        for before, after in zip(series.points, series.points[1:]):
            percent = 100 * (after.value.estimate / before.value.estimate - 1)
            if before.ok and after.ok and abs(percent) >= _MOVED and _apart(before.value, after.value):
                found.append(_Step(after.place, series, percent))
    return sorted(found, key=lambda step: (-step.place, -abs(step.percent)))


def _apart(a: HistoryValue, b: HistoryValue) -> bool:
    bounds = (a.low, a.high, b.low, b.high)
    return None not in bounds and (a.low > b.high or b.low > a.high)


def history_sentence(entries: Sequence[HistoryEntry], every: Sequence[_Series]) -> str:
    """What moved with the newest commit; and where a level changed, or else the largest step before it was."""
    steps = _steps(every)
    last = len(entries) - 1
    now = [step for step in steps if step.place == last]
    before = [step for step in steps if step.place != last]
    levels = _level_steps(entries, every)
    commit = _short(entries[-1])
    if now:
        more = f"; {len(now) - 1} more series moved" if len(now) > 1 else ""
        text = f"With {commit} the {_in_words(now[0])}{more}"
    else:
        text = f"Nothing moved with {commit}"
    if levels:
        largest = max(levels, key=lambda step: abs(step.percent))
        more = f"; {words.counted(len(levels) - 1, 'more level change')}" if len(levels) > 1 else ""
        text += f"; the level changed with {_short(entries[largest.place])}: the {_in_words(largest)}{more}"
    elif before:
        largest = max(before, key=lambda step: abs(step.percent))
        text += f"; the largest step before it: with {_short(entries[largest.place])} the {_in_words(largest)}"
    return text


def _level_steps(entries: Sequence[HistoryEntry], every: Sequence[_Series]) -> list[_Step]:
    commits = _commits(entries)
    return [_Step(mark.place, series, mark.change.percent) for series in every for mark in level_marks(series.changes, commits)]


def _commits(entries: Sequence[HistoryEntry]) -> list[str]:
    return [entry.commit for entry in entries]


def _in_words(step: _Step) -> str:
    verb = "rose" if step.percent > 0 else "fell"
    cell = step.series.cell
    return (f"{step.series.figure.title} of {cell.model} at {_load(cell)} {verb} by "
            f"{words.number(abs(step.percent))}\N{NO-BREAK SPACE}%")


def _short(entry: HistoryEntry) -> str:
    return entry.commit[:COMMIT]


def _load(cell: HistoryCell) -> str:
    if cell.kind == "closed":
        return words.counted(cell.connections, "connection")
    if cell.rate_percent is not None:
        return f"{cell.rate_percent:g}\N{NO-BREAK SPACE}% of capacity"
    return f"{words.number(cell.rate_rps)} requests/s" if cell.rate_rps else "an unknown rate"


def _loads(every: Sequence[_Series]) -> list[str]:
    return list(dict.fromkeys(_load(series.cell) for series in
                              sorted(every, key=lambda one: (-one.cell.connections, -(one.cell.rate_percent or 0)))))


def _draw(run: Run, entries: Sequence[HistoryEntry], workload: str, every: list[_Series]) -> Chart:
    title = history_sentence(entries, every)
    loads = _loads(every)
    styles = ("solid", "dashed", "dotted", "dash-dotted")
    legend = "; ".join(f"{style}: {load}" for style, load in zip(styles, loads)).capitalize()
    subtitle = (f"{workload}: each commit against the median of its series, on one machine; up is worse. {legend}.")
    launches = [cell.launches for entry in entries for cell in entry.cells if cell.workload == workload]
    caption = (f"{len(entries)} commits, n = {words.span(launches)} launches each, plan {run.plan.name}, machine "
               f"{entries[-1].fingerprint}. {words.INTERVAL_METHOD} A move is "
               f"{_MOVED:g}\N{NO-BREAK SPACE}% or more (outside the grey band) with intervals apart. {_level_method(run)}")
    models = list(dict.fromkeys(series.cell.model for series in every))
    canvas = new_figure(Words(title, subtitle, _notes(every, entries), caption), [0.85] * len(models), columns=2, gap=0.16,
                        column_gap=0.3)
    _draw_panels(canvas, run, entries, every, models, loads)
    return Chart(id=f"S15-{workload}", title=title, subtitle=subtitle, caption=caption, canvas=canvas,
                 notes=_notes(every, entries), table=_table(entries, every),
                 description=_description(workload, entries, every),
                 how_to_read=(
                     "Each point is one commit, measured on another day: machines drift, so a point that is a little higher "
                     "means nothing, and a step that stays is a reason to ask. Bars are 95 % intervals over launches of that "
                     "day and do not hold the drift between days. A hollow point is suspect. A broken line across marks the "
                     "commit from which on the level is another (beside it the largest change), the thin lines are the levels. "
                     "This never decides: make regress measures two commits side by side."))


def _level_method(run: Run) -> str:
    if run.history.level_changes is None:
        return "Level changes are not marked: the program that finds them is not built (make build)."
    return (f"A broken line is a change of level: E-divisive over all {len(run.history.entries)} commits, permutation test at "
            "1\N{NO-BREAK SPACE}%, levels are medians; it needs about ten commits.")


def _notes(every: Sequence[_Series], entries: Sequence[HistoryEntry]) -> tuple[str, ...]:
    hosts = list(dict.fromkeys(entry.hostname for entry in entries))
    notes = []
    if len(hosts) > 1:
        notes.append(f"Measured under several host names ({words.listed(hosts)}): if these are several machines, alike is not "
                     "the same")
    short = [series for series in every if len(series.points) < len(entries)]
    if short:
        models = list(dict.fromkeys(series.cell.model for series in short))
        notes.append(f"{words.listed(models)}: not every commit has every point (not measured, or invalid)")
    return tuple(notes)


def _draw_panels(canvas: Canvas, run: Run, entries: Sequence[HistoryEntry], every: Sequence[_Series],
                 models: Sequence[str], loads: Sequence[str]) -> None:
    families = {model.name: model.family for model in run.models}
    colours = palette.colours([(model, families.get(model, "")) for model in models])
    limit = _limit(every)
    for row, model in zip(canvas.axes, models):
        for axes, figure in zip(row, _FIGURES):
            own = [series for series in every if series.cell.model == model and series.figure is figure]
            _draw_frame(axes, entries, limit, last=row is canvas.axes[-1])
            axes.tick_params(labelleft=axes is row[0])
            for series in own:
                _draw_series(axes, series, colours[model], palette.marker(families.get(model, "")),
                             (loads.index(_load(series.cell)), len(loads)))
            draw_level_marks(axes, f"{figure.name}:{model}", [(series.changes, series.relative) for series in own],
                             _commits(entries))
            if not own:
                axes.text(0.5, 0.7, "not given", ha="center", va="center", transform=axes.transAxes)
        row[-1].text(1.04, 0.5, model, transform=row[-1].transAxes, va="center", color=INK)
    for axes, figure in zip(canvas.axes[0], _FIGURES):
        axes.set_title(figure.title, loc="left")
    canvas.axes[(len(models) - 1) // 2][0].set_ylabel("change [%]")


def _limit(every: Sequence[_Series]) -> float:
    """One scale for all panels, symmetric, so that the same height is the same change."""
    reach = [abs(series.relative(bound)) for series in every for point in series.points
             for bound in (point.value.estimate, point.value.low, point.value.high) if bound is not None]
    return 1.12 * max([_MOVED * 1.4, *reach])


def _draw_frame(axes: Axes, entries: Sequence[HistoryEntry], limit: float, last: bool) -> None:
    axes.set_xlim(-0.6, len(entries) - 0.4)
    axes.set_ylim(-limit, limit)
    axes.axhspan(-_MOVED, _MOVED, color=INK, alpha=0.08, linewidth=0, gid="noise")
    axes.axhline(0, color=INK, linewidth=0.7, alpha=0.5)
    axes.xaxis.set_major_locator(FixedLocator(range(len(entries))))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _short(entries[round(value)])))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:+g}".replace("-", "\N{MINUS SIGN}") if value else "0"))
    axes.tick_params(axis="x", labelbottom=last, labelrotation=45, labelsize=7)


def _draw_series(axes: Axes, series: _Series, colour: str, marker: str, place: tuple[int, int]) -> None:
    shift = 0.16 * (place[0] - (place[1] - 1) / 2)
    places = [point.place + shift for point in series.points]
    name = f"{series.figure.name}:{series.cell.model}:{series.cell.connections}"
    axes.plot(places, [series.relative(point.value.estimate) for point in series.points], color=colour, linewidth=1.2,
              linestyle=_DASHES[place[0] % len(_DASHES)], gid=f"history:{name}")
    for x, point in zip(places, series.points):
        y = series.relative(point.value.estimate)
        if point.value.low is not None and point.value.high is not None:
            axes.plot([x, x], [series.relative(point.value.low), series.relative(point.value.high)], color=colour,
                      linewidth=1.0, alpha=0.6, gid=f"interval:{name}")
        axes.plot([x], [y], linestyle="none", marker=marker, markersize=3.5, color=colour,
                  markerfacecolor=colour if point.ok else "none", gid=f"point:{name}")


def _table(entries: Sequence[HistoryEntry], every: Sequence[_Series]) -> table.Table:
    result = table.Table(["server", "load", "figure", *(_short(entry) for entry in entries), "newest against the one before",
                          "level changed at"])
    for series in every:
        values = {point.place: point.value.estimate for point in series.points}
        before, after = series.points[-2:]
        newest = 100 * (after.value.estimate / before.value.estimate - 1) if after.place == len(entries) - 1 else None
        result.rows.append([table.text(series.cell.model), table.text(_load(series.cell)),
                            table.text(f"{series.figure.title} [{series.figure.unit}]"),
                            *(table.figure(values.get(place)) for place in range(len(entries))), table.percent(newest),
                            table.text(", ".join(f"{change.commit[:COMMIT]} ({change_words(change)})"
                                                 for change in series.changes) or "\N{EN DASH}")])
    return result


def _description(workload: str, entries: Sequence[HistoryEntry], every: Sequence[_Series]) -> str:
    parts = [f"Small charts of {workload}, one row a server: change against the median of the series over {len(entries)} "
             f"commits from {_short(entries[0])} to {_short(entries[-1])}."]
    for series in every:
        first, last = series.points[0].value.estimate, series.points[-1].value.estimate
        changed = "".join(f"; level changed with {change.commit[:COMMIT]} by {words.percent(change.percent)}"
                          for change in series.changes)
        parts.append(f"{series.figure.title} of {series.cell.model} at {_load(series.cell)}: {words.number(first)} to "
                     f"{words.number(last)} {series.figure.unit}{changed}.")
    return " ".join(parts)
