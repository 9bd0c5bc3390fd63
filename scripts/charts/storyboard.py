"""S3: how one thread serves many. Moments of a recorded weave of an event loop: who runs, who waits, who could go on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from charts import table, words
from charts.chart import Chart
from charts.run_data import Run
from charts.style import INK, Words, new_figure
from charts.weave import colours
from charts.weave_data import Weave

_COLUMNS = 3
_BANDS = ("ready", "running", "waiting", "answered")
_PREFERRED = "libuv_loop"
_FRAME = 1.75   # inches
_HEAD = 1.5     # bands: room for time and words above a frame
_HATCHED = 0.2  # of a chip's width of 0.84, on each side of the letter


def loops(run: Run) -> list[Weave]:
    """Servers whose one thread weaves, the one that is drawn first."""
    woven = [weave for weave in run.weaves if weave.lanes == 1 and weave.woven]
    return sorted(woven, key=lambda weave: weave.model != _PREFERRED)


class Frame(NamedTuple):
    time_ms: float
    states: dict[str, list[str]]  # names of requests, by band
    words: str


def draw_storyboard(run: Run) -> list[Chart]:
    """One figure, of a server whose one thread weaves; none where the run has no such trace."""
    woven = loops(run)
    if not woven:
        return []
    weave = woven[0]
    frames = frames_of(weave)
    asleep = max((len(frame.states["waiting"]) for frame in frames), default=0)
    title = (f"{weave.model} serves {len(weave.requests)} requests on one thread: {asleep} wait for the backend at the same "
             "time, and none of them holds the thread")
    subtitle = f"{weave.workload}: moments from a recorded trace, in order. The thread runs one request at a time."
    caption = (f"Times since the first request was sent; the median of n = {len(weave.finish_ms)} traced runs. A reply that "
               "lies in a socket while the thread runs another request still counts as waited for.")
    canvas = new_figure(Words(title, subtitle, (), f"{caption} Run {run.id}."), [_FRAME] * (-(-len(frames) // _COLUMNS)),
                        columns=_COLUMNS, gap=0.16, column_gap=0.2, left=0.12, right=0.12)
    panels = [axes for row in canvas.axes for axes in row]
    for number, (axes, frame) in enumerate(zip(panels, frames), start=1):
        _draw_frame(axes, number, frame, colours(weave))
    for axes in panels[len(frames):]:
        axes.set_axis_off()
    return [Chart(id="S3-storyboard", title=title, subtitle=subtitle, caption=caption, canvas=canvas, notes=(),
                  table=_table(frames), description=" ".join(_sentence(frame) for frame in frames),
                  how_to_read=_HOW_TO_READ)]


_HOW_TO_READ = ("Each picture is one moment; read them like a comic. A letter is a request and keeps its colour. Solid: the "
                "thread runs it - never more than one. Hatched: it waits for the backend and needs no thread. Dotted: it could "
                "go on and waits for the thread. Grey outline: answered.")


def frames_of(weave: Weave) -> list[Frame]:
    """The first two turns, one half-way through the first round, the longest pause of the thread, the first turn after
    a reply, the last turn."""
    turns = [span for span, _ in weave.turns(0)]
    count = len(weave.requests)
    pauses = [(after.begin_ms - before.end_ms, (before.end_ms + after.begin_ms) / 2)
              for before, after in zip(turns, turns[1:])]
    second_runs = [request.runs()[1] for request in weave.requests if len(request.runs()) > 1]
    chosen = [turns[0], turns[1], turns[count // 2], min(second_runs, key=lambda span: span.begin_ms), turns[-1]]
    times = {(span.begin_ms + span.end_ms) / 2 for span in chosen} | {max(pauses)[1]}
    return [_frame(weave, time) for time in sorted(times)]


def _frame(weave: Weave, time_ms: float) -> Frame:
    states: dict[str, list[str]] = {band: [] for band in _BANDS}
    for request in weave.requests:
        states[request.state_at(time_ms)].append(request.name)
    return Frame(time_ms, states, _in_words(states))


def _in_words(states: dict[str, list[str]]) -> str:
    running, waiting, ready = (states[band] for band in ("running", "waiting", "ready"))
    if not running:
        return f"Nothing to run: the thread sleeps\nwhile {len(waiting)} wait for the backend"
    if not waiting and not ready:
        return f"{running[0]} is the last: all others\nare answered"
    if not waiting:
        return f"{running[0]} has the thread;\n{len(ready)} could go on"
    if not ready:
        return f"{running[0]} has its reply and goes on\nwhile {len(waiting)} still wait"
    who = f"{waiting[0]} waits" if len(waiting) == 1 else f"{len(waiting)} wait"
    return f"{running[0]} runs while {who} for\nthe backend without a thread"


def _draw_frame(axes: Axes, number: int, frame: Frame, colour: dict[str, str]) -> None:
    width = max(8, max(len(names) for names in frame.states.values())) + 0.2
    left = -0.42 * width
    axes.set_xlim(left, width)
    axes.set_ylim(0, len(_BANDS) + _HEAD)
    axes.text(left, len(_BANDS) + _HEAD - 0.1, f"{number}.  {words.number(frame.time_ms)} ms", va="top", weight="bold")
    axes.text(left, len(_BANDS) + 0.15, frame.words, va="bottom", size=7.6, linespacing=1.1)
    axes.add_patch(Rectangle((left, 0), width - left, len(_BANDS), facecolor="none", edgecolor=INK, alpha=0.4,
                             linewidth=0.8, clip_on=False))
    for band, row in zip(_BANDS, range(len(_BANDS) - 1, -1, -1)):
        axes.text(left + 0.2, row + 0.5, band, va="center", size=7.6, gid="band")
        if row:
            axes.plot([left, width], [row, row], color=INK, alpha=0.15, linewidth=0.7)
        for place, name in enumerate(frame.states[band]):
            _chip(axes, place, row, name, band, colour[name])
    axes.set_axis_off()


def _chip(axes: Axes, place: int, row: int, name: str, band: str, colour: str) -> None:
    style = {"running": {"facecolor": colour, "edgecolor": colour},
             "waiting": {"facecolor": "none", "edgecolor": colour, "linewidth": 0.7},
             "ready": {"facecolor": "none", "edgecolor": colour, "linestyle": ":", "linewidth": 1.2},
             "answered": {"facecolor": "none", "edgecolor": "#808080", "linewidth": 0.7}}[band]
    axes.add_patch(Rectangle((place + 0.08, row + 0.16), 0.84, 0.68, gid=f"{band}:{name}", **style))
    if band == "waiting":  # hatched beside the letter: a halo behind it would be white on a dark page
        for side in (place + 0.08, place + 0.92 - _HATCHED):
            axes.add_patch(Rectangle((side, row + 0.16), _HATCHED, 0.68, facecolor="none", edgecolor=colour, hatch="/////",
                                     linewidth=0))
    axes.text(place + 0.5, row + 0.48, name, ha="center", va="center", size=7, weight="bold",
              color="white" if band == "running" else colour, gid="chip")


def _sentence(frame: Frame) -> str:
    parts = [f"{band}: {words.listed(names)}" for band, names in frame.states.items() if names]
    return f"At {words.number(frame.time_ms)} ms {'; '.join(parts)}."


def _table(frames: Sequence[Frame]) -> table.Table:
    result = table.Table(["time [ms]", *_BANDS])
    for frame in frames:
        result.rows.append([table.figure(frame.time_ms),
                            *(table.text(" ".join(frame.states[band]) or "\N{EN DASH}") for band in _BANDS)])
    return result
