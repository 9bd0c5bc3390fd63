"""Sections 3 and 4: requests that come at once, and how one thread serves them. None where nothing was traced."""

from __future__ import annotations

from collections.abc import Sequence

from charts import storyboard, words
from charts.chart import Chart
from charts.run_data import Run
from charts.weave_data import Weave
from report.commands import draw_again
from report.section import Section


def weave(run: Run, charts: Sequence[Chart]) -> list[Section]:
    sections = []
    for number, question, figure, answer in ((3, "What does each server do while a request waits?", "S2", _meanwhile),
                                             (4, "How can one thread serve many?", "S3", _one_thread)):
        if own := [chart for chart in charts if chart.id.startswith(f"{figure}-")]:
            sections.append(Section(number, question, answer(run), charts=own, command=draw_again(run, figure)))
    return sections


def _meanwhile(run: Run) -> str:
    """Servers by what their recorded waits hold: no thread, one of several, the only one."""
    free = [item for item in run.weaves if not item.holds]
    several = [item for item in run.weaves if item.holds and item.lanes > 1]
    only = [item for item in run.weaves if item.holds and item.lanes == 1]
    parts = [f"{_named(items)} {one if len(items) == 1 else many}" for items, one, many in (
        (free, "goes on with the others", "go on with the others"),
        (several, "holds one of its threads for it", "hold one of their threads for it"),
        (only, "holds its only thread, so that the others stand in line",
         "hold their only thread, so that the others stand in line")) if items]
    return (f"While a request waits, {'; '.join(parts)}. In brackets: when the last of "
            f"{len(run.weaves[0].requests)} requests that come at once is answered.")


def _named(items: Sequence[Weave]) -> str:
    return words.listed([f"{item.model} ({words.number(item.finish)} ms"
                         f"{f', {item.lanes} threads' if item.lanes > 1 else ''})" for item in items])


def _one_thread(run: Run) -> str:
    """Of the server of the storyboard: its requests wait all at once, and the thread for none of them."""
    item = storyboard.loops(run)[0]
    time_ms = {state: sum(span.end_ms - span.begin_ms for request in item.requests for span in request.spans
                          if span.state == state) for state in ("running", "waiting")}
    return (f"By waiting for all at once, never for one alone: the waits of {len(item.requests)} requests add up to "
            f"{words.number(time_ms['waiting'])} ms, yet {item.model} has answered all after {words.number(item.finish)} ms, "
            f"of which its thread works {words.number(time_ms['running'])} ms.")
