"""S9: working, queueing or waiting? Where the time of a request goes, from the traced requests that come at once."""

from __future__ import annotations

from typing import NamedTuple

from matplotlib.axes import Axes

from charts import palette, table, words
from charts.chart import Chart
from charts.run_data import Run
from charts.style import INK, Words, new_figure
from charts.weave_data import READY, Weave

_ROW = 0.34  # inches: a server
_STYLES = {"running": {"hatch": "", "linestyle": "-", "fill": True},
           "queueing": {"hatch": "", "linestyle": ":", "fill": False},
           "waiting": {"hatch": "//////", "linestyle": "-", "fill": False}}


class Shares(NamedTuple):
    """Mean time of a request in each state, in milliseconds; together its response time."""

    running: float
    queueing: float  # it could go on, and nobody has time for it: before its first turn and between turns
    waiting: float   # for the backend, its client or the kernel

    @property
    def whole(self) -> float:
        return sum(self)


def shares_of(weave: Weave) -> Shares:
    totals = dict.fromkeys(Shares._fields, 0.0)
    for request in weave.requests:
        for span in request.spans:
            totals["queueing" if span.state in READY else span.state] += span.end_ms - span.begin_ms
    return Shares(**{state: total / len(weave.requests) for state, total in totals.items()})


def draw_breakdown(run: Run) -> list[Chart]:
    """One figure; none where nothing was traced."""
    if not run.weaves:
        return []
    shares = {weave.model: shares_of(weave) for weave in run.weaves}
    title = breakdown_sentence(shares)
    first = run.weaves[0]
    subtitle = (f"{first.workload}: mean over {words.counted(len(first.requests), 'request')} that come at once. Solid: a thread "
                "runs it; dotted outline: it could go on, and no thread has time; hatched: it waits for the backend; in sum, not in order.")
    caption = (f"From traces: the median of n = {len(first.finish_ms)} runs of each server; nothing pinned, "
               f"{words.counted(first.cores, 'core')} allowed; without interval. A thread that the kernel has taken off its "
               "core counts as running.")
    canvas = new_figure(Words(title, subtitle, (), f"{caption} Run {run.id}."), (_ROW * len(shares) + 0.1,), left=1.55,
                        right=0.2)
    _draw_panel(canvas.axes[0][0], run, shares)
    return [Chart(id="S9-breakdown", title=title, subtitle=subtitle, caption=caption, canvas=canvas, table=_table(shares),
                  description=_description(shares), how_to_read=_HOW_TO_READ)]


_HOW_TO_READ = ("A bar is the time from sending to the end of a mean request, cut by what happens to it. The solid part is the "
                "work, about the same everywhere. The hatched part is the backend's time, which no server can save. The dotted "
                "part is what the concurrency model decides: how long a request stands in line while others work or wait.")


def breakdown_sentence(shares: dict[str, Shares]) -> str:
    """Who makes requests stand in line for longest, and who for the shortest time."""
    least, most = (choose(shares, key=lambda model: shares[model].queueing) for choose in (min, max))
    told = (f"Of {words.number(shares[most].whole)} ms a request stands in line for {words.number(shares[most].queueing)} in "
            f"{most}")
    if least == most:
        return told
    return f"{told}; for {words.number(shares[least].queueing)} of {words.number(shares[least].whole)} in {least}"


def _draw_panel(axes: Axes, run: Run, shares: dict[str, Shares]) -> None:
    colours = palette.colours([(model.name, model.family) for model in run.models])
    longest = max(one.whole for one in shares.values())
    for place, (model, one) in enumerate(reversed(shares.items())):
        left, row = 0.0, place + 0.5
        for state, value in (("queueing", one.queueing), ("running", one.running), ("waiting", one.waiting)):
            style = _STYLES[state]
            axes.barh(row, value, left=left, height=0.62, hatch=style["hatch"], linestyle=style["linestyle"],
                      facecolor=colours[model] if style["fill"] else "none", edgecolor=colours[model], linewidth=0.8,
                      gid=f"{state}:{model}")
            left += value
        axes.text(left + 0.012 * longest, row, f"{words.number(one.whole)} ms", va="center", size=8, color=INK)
    axes.set_yticks([place + 0.5 for place in range(len(shares))], list(reversed(shares)))
    axes.set_xlim(0, 1.12 * longest)
    axes.set_ylim(0, len(shares))
    axes.grid(False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("mean time of a request [ms]")


def _table(shares: dict[str, Shares]) -> table.Table:
    result = table.Table(["server", "queueing ms", "running ms", "waiting ms", "together ms"])
    for model, one in shares.items():
        result.rows.append([table.text(model), *(table.figure(value) for value in
                                                 (one.queueing, one.running, one.waiting, one.whole))])
    return result


def _description(shares: dict[str, Shares]) -> str:
    parts = ["Bars of the mean time of a request, one per server."]
    parts += [f"{model}: queueing {words.number(one.queueing)} ms, running {words.number(one.running)} ms, waiting "
              f"{words.number(one.waiting)} ms." for model, one in shares.items()]
    return " ".join(parts)
