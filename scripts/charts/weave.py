"""S2: the weave. What each server does with requests that come at once, by thread and by request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from charts import palette, table, words
from charts.chart import Chart
from charts.run_data import Run
from charts.style import INK, Words, new_figure
from charts.weave_data import Request, Span, Weave

MARGINS = {"left": 0.4, "right": 0.16}  # inches: rows have short names, and nothing is labelled on the right
_ROW = 0.165            # inches: a thread or a request
_LEAST = 0.3            # of a panel
_LETTER = 0.072         # inches a turn must be wide for its letter
_HEIGHT = 0.8           # of a bar in its row
_ZOOM_FACTOR = 2.0      # servers within this factor of the fastest are shown enlarged


def draw_weave(run: Run) -> list[Chart]:
    """Two figures: threads with the turns they run, and requests with the states they are in."""
    if not run.weaves:
        return []
    return [_draw(run, _BY_LANE), _draw(run, _BY_REQUEST)]


_STATES_HOW = ("Solid: a thread runs the request. Hatched: it waits for the backend. Dotted outline: it could go on, and "
               "no thread has time. Dashed line: the last reply as theory has it, from the nominal times and the cores "
               "allowed. ")
_LANES_HOW = ("Each row is a thread, each colour and letter a request. " + _STATES_HOW +
              "A wait is drawn in a thread's row only where it holds the thread: there the thread can do nothing else. In a "
              "loop waits hold no thread, so the turns of all requests stand close together: they are woven.")
_REQUESTS_HOW = ("Each row is a request, from its sending to its end. " + _STATES_HOW +
                 "Here the dashed mark of a row is the predicted end of that request.")


def colours(weave: Weave) -> dict[str, str]:
    """Colour = request."""
    return {request.name: palette.COLOURS[place % len(palette.COLOURS)] for place, request in enumerate(weave.requests)}


def draw_span(axes: Axes, span: Span, row: float, colour: str, gid: str, gap_ms: float = 0) -> None:
    """`gap_ms`: what the hatching of a wait leaves free in its middle, for a letter. A halo behind the letter would be
    white on a dark page."""
    def bar(begin_ms: float, end_ms: float, **style) -> None:
        axes.add_patch(Rectangle((begin_ms, row + (1 - _HEIGHT) / 2), end_ms - begin_ms, _HEIGHT, edgecolor=colour, **style))

    styles = {"running": {"facecolor": colour, "linewidth": 0.3},
              "waiting": {"facecolor": "none", "hatch": "//////", "linewidth": 0.6, "alpha": 0.75}}
    style = styles.get(span.state, {"facecolor": "none", "linestyle": ":", "linewidth": 1.0})
    if gap_ms and "hatch" in style:
        middle = (span.begin_ms + span.end_ms) / 2
        for begin_ms, end_ms in ((span.begin_ms, middle - gap_ms / 2), (middle + gap_ms / 2, span.end_ms)):
            bar(begin_ms, end_ms, **{**style, "linewidth": 0})
        del style["hatch"]
    bar(span.begin_ms, span.end_ms, gid=gid, **style)


def _by_lane(axes: Axes, weave: Weave, ms_per_inch: float, until_ms: float) -> None:
    colour = colours(weave)
    for request in weave.requests:
        for span in request.spans:
            if span.lane is None or span.begin_ms > until_ms:
                continue
            row = weave.lanes - 1 - span.lane
            draw_span(axes, span, row, colour[request.name], f"{span.state}:{request.name}")
            if span.state == "running":
                _letter(axes, span, row, request.name, ms_per_inch, until_ms)
    axes.axvline(weave.predicted_finish_ms, color=INK, linewidth=1.1, linestyle=(0, (4, 2)), gid="predicted")
    axes.set_yticks([row + 0.5 for row in range(weave.lanes)], [str(weave.lanes - row) for row in range(weave.lanes)])


def _by_request(axes: Axes, weave: Weave, ms_per_inch: float, until_ms: float) -> None:
    colour = colours(weave)
    for place, request in enumerate(weave.requests):
        row = len(weave.requests) - 1 - place
        for span in request.spans:
            if span.begin_ms <= until_ms:
                draw_span(axes, span, row, colour[request.name], f"{span.state}:{request.name}")
        axes.plot([request.predicted_ms] * 2, [row + 0.02, row + 0.98], color=INK, linewidth=1.1, linestyle=(0, (2, 1)),
                  gid="predicted")
    axes.set_yticks([row + 0.5 for row in range(len(weave.requests))],
                    [request.name for request in reversed(weave.requests)])


def _letter(axes: Axes, span: Span, row: float, name: str, ms_per_inch: float, until_ms: float) -> None:
    if (span.end_ms - span.begin_ms) < _LETTER * len(name) * ms_per_inch or span.end_ms > until_ms:
        return
    axes.text((span.begin_ms + span.end_ms) / 2, row + 0.47, name, ha="center", va="center", color="white", size=6.5,
              weight="bold", gid="letter")


def _zoom(weaves: Sequence[Weave]) -> float | None:
    """Up to when the fast servers are shown enlarged; None where all take about the same time."""
    fastest = min(weave.finish for weave in weaves)
    fast = [weave.finish for weave in weaves if weave.finish <= _ZOOM_FACTOR * fastest]
    return 1.06 * max(fast) if len(fast) < len(weaves) else None


def weave_sentence(weaves: Sequence[Weave]) -> str:
    """What a weave is good for, from the finish times; only of what the traces show."""
    count = len(weaves[0].requests)
    woven = [weave for weave in weaves if weave.lanes == 1 and weave.woven]
    single = [weave for weave in weaves if weave.lanes == 1 and weave.most_in_flight == 1]
    if woven and single:
        plain = [weave for weave in single if weave.family == "blocking"] or single
        fast, slow = (min(group, key=lambda weave: weave.finish) for group in (woven, plain))
        return (f"{count} requests on one thread: woven together by {fast.model} they take "
                f"{words.number(fast.finish)} ms, one after another in {slow.model} {words.number(slow.finish)} ms")
    if len(weaves) == 1:
        only = weaves[0]
        return (f"{only.model} answers {count} requests that come at once in {words.number(only.finish)} ms on "
                f"{words.counted(only.lanes, 'thread')}")
    fast, slow = (choose(weaves, key=lambda weave: weave.finish) for choose in (min, max))
    return (f"{count} requests at once: {fast.model} has answered all after {words.number(fast.finish)} ms, "
            f"{slow.model} after {words.number(slow.finish)} ms")


def queue_sentence(weaves: Sequence[Weave]) -> str:
    """How long the last request waits for its first turn."""
    def last_begin(weave: Weave) -> float:
        return max(request.runs()[0].begin_ms for request in weave.requests)

    fast, slow = (choose(weaves, key=last_begin) for choose in (min, max))
    begins = f"{words.number(last_begin(fast))} ms in {fast.model}"
    if fast is not slow:
        begins += f", after {words.number(last_begin(slow))} ms in {slow.model}"
    return f"The last of {len(weaves[0].requests)} requests that come at once is begun after {begins}"


class _View(NamedTuple):
    """One way to look at a weave: what its rows are and how they are drawn."""

    id: str
    draw_rows: Callable[[Axes, Weave, float, float], None]
    rows: Callable[[Weave], int]
    legend: str
    how_to_read: str
    sentence: Callable[[Sequence[Weave]], str]


_BY_LANE = _View("S2-lanes", _by_lane, lambda weave: weave.lanes,
                 "rows are threads; solid: runs, hatched: waits and holds the thread, dashed line: predicted last reply",
                 _LANES_HOW, weave_sentence)
_BY_REQUEST = _View("S2-requests", _by_request, lambda weave: len(weave.requests),
                    "rows are requests; solid: runs, hatched: waits for the backend, dotted: nobody has time for it, "
                    "dashed mark: predicted end", _REQUESTS_HOW, queue_sentence)


def _draw(run: Run, view: _View) -> Chart:
    weaves = run.weaves
    title = view.sentence(weaves)
    subtitle = (f"{weaves[0].workload}: {words.counted(len(weaves[0].requests), 'request')} sent at the same moment; "
                f"{view.legend}.")
    zoom = _zoom(weaves)
    if zoom:
        subtitle += f" Right: the first {words.number(zoom)} ms, enlarged."
    caption = (f"n = {len(weaves[0].finish_ms)} traced runs of each server, the median one drawn; nothing pinned, "
               f"{words.counted(weaves[0].cores, 'core')} allowed. A thread that the kernel has taken off its core is "
               "drawn as running.")
    notes = _notes(run)
    heights = [max(_LEAST, _ROW * view.rows(weave)) for weave in weaves]
    canvas = new_figure(Words(title, subtitle, notes, f"{caption} Run {run.id}."), heights, columns=2 if zoom else 1,
                        gap=0.36, column_gap=0.3, share_rows=False, **MARGINS)
    ends = [1.04 * max(max(weave.finish, weave.predicted_finish_ms) for weave in weaves), *([zoom] if zoom else [])]
    for weave, panels in zip(weaves, canvas.axes):
        panels[0].set_title(_panel_title(weave), loc="left", weight="bold")
        for axes, end in zip(panels, ends):
            inches = axes.get_position().width * canvas.figure.get_figwidth()
            view.draw_rows(axes, weave, end / inches, end)
            _finish_panel(axes, end, view.rows(weave))
    for place, axes in enumerate(canvas.axes[-1]):
        axes.tick_params(labelbottom=True)
        axes.set_xlabel("time since sending [ms]" if place == 0 else "the same, enlarged [ms]")
    return Chart(id=view.id, title=title, subtitle=subtitle, caption=caption, canvas=canvas, notes=notes,
                 table=_table(weaves), description=_description(weaves), how_to_read=view.how_to_read)


def _finish_panel(axes: Axes, end: float, rows: int) -> None:
    axes.set_xlim(0, end)
    axes.set_ylim(0, rows)
    axes.grid(False, axis="y")
    axes.tick_params(axis="y", length=0, labelsize=7)
    axes.tick_params(axis="x", labelbottom=False)


def _panel_title(weave: Weave) -> str:
    threads = words.counted(weave.lanes, "thread")
    return (f"{weave.model}, {threads}: {words.number(weave.finish)} ms "
            f"(predicted {words.number(weave.predicted_finish_ms)})")


def _notes(run: Run) -> tuple[str, ...]:
    recorded = {weave.model for weave in run.weaves}
    missing = [model.name for model in run.models if model.name not in recorded]
    return (f"Not drawn, for want of a trace: {words.listed(missing)}.",) if missing else ()


def _table(weaves: Sequence[Weave]) -> table.Table:
    result = table.Table(["server", "threads that run requests", "in flight at most", "woven", "last reply [ms]",
                          "predicted [ms]", "all traced runs [ms]"])
    for weave in weaves:
        result.rows.append([table.text(weave.model), table.count(weave.lanes), table.count(weave.most_in_flight),
                            table.text("yes" if weave.woven else "no"), table.figure(weave.finish),
                            table.figure(weave.predicted_finish_ms),
                            table.text(words.interval(min(weave.finish_ms), max(weave.finish_ms)))])
    return result


def _description(weaves: Sequence[Weave]) -> str:
    parts = [f"Gantt chart of {words.counted(len(weaves[0].requests), 'request')} sent at the same moment, one panel per "
             "server."]
    for weave in weaves:
        parts.append(f"{weave.model}: {words.counted(weave.lanes, 'thread')}, at most {weave.most_in_flight} in flight, "
                     f"{'woven' if weave.woven else 'not woven'}; last reply after {words.number(weave.finish)} ms, "
                     f"predicted {words.number(weave.predicted_finish_ms)} ms; replies in the order "
                     f"{', '.join(request.name for request in _by_reply(weave.requests))}.")
    return " ".join(parts)


def _by_reply(requests: Sequence[Request]) -> list[Request]:
    return sorted(requests, key=lambda request: request.received_ms)
