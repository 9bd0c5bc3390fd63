"""S7: the whole distribution of latencies, a panel per server: one line per repetition, so that launches can be compared."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from charts import findings, palette, table, words
from charts.chart import Chart
from charts.run_data import Cell, Run, Trial
from charts.style import INK, Words, new_figure

_COLUMNS = 3
STEADY = 1.05  # the largest median over the smallest: launches that lie closer are called the same
_TABLE = ("p50", "p90", "p99")


def draw_ecdf(run: Run) -> list[Chart]:
    """One figure per workload with a latency, at the largest load that has one."""
    return [_draw(run, workload) for workload in run.measured_workloads() if _drawn(run, workload)]


def _drawn(run: Run, workload: str) -> list[tuple[Cell, list[Trial]]]:
    given = []
    for cell in run.cells_of(workload):
        trials = [trial for trial in run.trials_of(cell) if trial.validity != "invalid" and trial.latency_us]
        if cell.usable and cell.family != "ruler" and cell.latency_ms["p50"] and trials:
            given.append((cell, trials))
    load = max((cell.connections for cell, _ in given), default=0)
    return [(cell, trials) for cell, trials in given if cell.connections == load]


def launch_spreads(run: Run, workload: str) -> list[tuple[float, Cell]]:
    """Of each server with several launches: its largest median over its smallest."""
    return [(_spread(trials), cell) for cell, trials in _drawn(run, workload) if len(trials) > 1]


def ecdf_sentence(run: Run, workload: str) -> str:
    """How far the launches of a server lie apart: where they do not agree, one launch says little."""
    spreads = launch_spreads(run, workload)
    if not spreads:
        return ""
    low, high = min(spreads, key=lambda pair: pair[0]), max(spreads, key=lambda pair: pair[0])
    load = words.counted(high[1].connections, "connection")
    if high[0] < STEADY:
        return f"At {load} the medians of a server's launches lie within {apart(high[0])} of each other"
    if low is high:
        return f"At {load} the launches of {high[1].model} differ: their medians lie up to {apart(high[0])} apart"
    return (f"At {load} the launches of {high[1].model} differ most: their medians lie up to {apart(high[0])} apart, "
            f"those of {low[1].model} {apart(low[0])}")


def apart(spread: float) -> str:
    return words.percent(100 * (spread - 1)).lstrip("+")


def _spread(trials: Sequence[Trial]) -> float:
    """The largest median over the smallest."""
    medians = [trial.latency_ms("p50") or 0 for trial in trials]
    return max(medians) / min(medians) if min(medians) > 0 else 1.0


def _title(run: Run, workload: str, drawn: Sequence[tuple[Cell, list[Trial]]]) -> str:
    if sentence := ecdf_sentence(run, workload):
        return sentence
    cell = drawn[0][0]
    return f"At {words.counted(cell.connections, 'connection')} {cell.model} was launched once: no spread is known"


def _draw(run: Run, workload: str) -> Chart:
    drawn = _drawn(run, workload)
    title = _title(run, workload, drawn)
    connections = words.counted(drawn[0][0].connections, "connection")
    subtitle = (f"{workload}, {connections}: share of requests that took at most a time (logarithmic), a line per "
                f"repetition.{findings.care([cell for cell, _ in drawn])}")
    caption = "Every request of the usable repetitions; the dotted line is the median of the repetitions' medians."
    columns = min(_COLUMNS, len(drawn))
    rows = -(-len(drawn) // columns)
    canvas = new_figure(Words(title, subtitle, (), f"{workload}, {run.plan.driver}, closed loop. {caption} "
                              f"Run {run.id}."), (1.55,) * rows, columns, gap=0.55)
    low = min(value for _, trials in drawn for trial in trials for value, _ in trial.latency_us) / 1000
    high = max(trial.latency_us[-1][0] for _, trials in drawn for trial in trials) / 1000
    panels = [axes for row in canvas.axes for axes in row]
    for axes, (cell, trials) in zip(panels, drawn):
        _draw_panel(axes, run, cell, trials)
        axes.set_xlim(max(low, 0.001) / 1.1, high * 1.1)
    for axes in panels[len(drawn):]:
        axes.remove()
    for number, axes in enumerate(panels[:len(drawn)]):
        _draw_axis(axes, first=number % columns == 0, last=number + columns >= len(drawn))
    return Chart(id=f"S7-{workload}", title=title, subtitle=subtitle, caption=caption, canvas=canvas,
                 table=_table(drawn), description=_description(workload, drawn),
                 how_to_read=("A steep line: all requests take about as long. A step: two kinds of requests. A long "
                              "slope at the top: a few wait much longer. Lines on top of each other: a new launch of "
                              "the server behaves like the last one; lines apart: it does not, and no amount of "
                              "requests in one launch would show it."))


def _draw_panel(axes: Axes, run: Run, cell: Cell, trials: Sequence[Trial]) -> None:
    colour = palette.colours([(model.name, model.family) for model in run.models])[cell.model]
    axes.set_xscale("log")
    for trial in trials:
        xs, ys = _steps(trial)
        axes.plot(xs, ys, color=colour, linewidth=1.0, alpha=0.75, drawstyle="steps-post", gid=f"ecdf:{trial.id}")
    axes.axvline(cell.latency_ms["p50"].estimate, color=INK, linewidth=0.9, linestyle=":")
    axes.set_title(cell.model, loc="left", pad=3)


def _steps(trial: Trial) -> tuple[list[float], list[float]]:
    """At most one point per half percent of the requests: a line of thousands of points looks the same."""
    total = sum(count for _, count in trial.latency_us)
    xs, ys, seen, shown = [trial.latency_us[0][0] / 1000], [0.0], 0, 0.0
    for value, count in trial.latency_us:
        seen += count
        share = seen / total
        if share - shown >= 0.005 or seen == total or share > 0.995 and share - shown >= 0.0005:
            xs.append(value / 1000)
            ys.append(share)
            shown = share
    return xs, ys


def _draw_axis(axes: Axes, first: bool, last: bool) -> None:
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g}"))
    low, high = axes.get_xlim()
    ratio = high / low
    subs = (1, 1.2, 1.5, 2, 3, 5, 7) if ratio < 4 else (1, 2, 5) if ratio < 100 else (1,)
    axes.xaxis.set_major_locator(LogLocator(subs=subs, numticks=12))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(labelleft=first, labelbottom=last)
    if first:
        axes.set_ylabel("requests [%]")
    if last:
        axes.set_xlabel("latency [ms]")


def _table(drawn: Sequence[tuple[Cell, list[Trial]]]) -> table.Table:
    result = table.Table(["server", "repetition", *(f"{name} ms" for name in _TABLE), "requests"])
    for cell, trials in drawn:
        for trial in trials:
            result.rows.append([table.text(cell.model), table.text(trial.id.rsplit("-", 1)[-1]),
                                *(table.figure(trial.latency_ms(name)) for name in _TABLE),
                                table.count(sum(count for _, count in trial.latency_us))])
    return result


def _description(workload: str, drawn: Sequence[tuple[Cell, list[Trial]]]) -> str:
    parts = [f"Small line charts of {workload}, one per server: share of requests by latency in milliseconds."]
    for cell, trials in drawn:
        medians = [words.number(median) for trial in trials if (median := trial.latency_ms("p50"))]
        parts.append(f"{cell.model}: medians of its repetitions {words.listed(medians)}.")
    return " ".join(parts)
