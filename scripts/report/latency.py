"""Sections 6 and 7: how long requests take, and whether they take as long all the time and with every launch."""

from __future__ import annotations

from collections.abc import Sequence

from charts import findings, words
from charts.chart import Chart
from charts.ecdf import STEADY, apart, launch_spreads
from charts.nines import farthest
from charts.run_data import Cell, Run
from report.commands import draw_again
from report.section import Section


def latency(run: Run, charts: Sequence[Chart]) -> Section:
    answer = " ".join(f"{workload}: {_how_long(run, workload)}." for workload in run.measured_workloads())
    return Section(6, "How long do requests take, and how bad are the worst 1 %, 0.1 %?",
                   answer or "No latency can be given.",
                   charts=[chart for figure in ("S5b-", "S6-") for chart in charts if chart.id.startswith(figure)],
                   command=draw_again(run, "S5b") if answer else "")


def _how_long(run: Run, workload: str) -> str:
    """From the best server to the worst: half of the requests, the slowest 1 %, and what else the nines tell."""
    given = findings.with_latency(run, workload)
    if not given:
        return findings.latency_sentence(run, workload)
    load = given[0].connections
    half = _ends([(cell.latency_ms["p50"].estimate, cell) for cell in given])
    parts = [f"at {words.counted(load, 'connection')} half of the requests are answered within {half}"]
    if p99 := [(cell.latency_ms["p99"].estimate, cell) for cell in given if cell.latency_ms["p99"]]:
        parts.append(f"the slowest 1 % take more than {_ends(p99)}")
    far = farthest(run, workload)
    if far and far.share not in ("1 %", "50 %"):
        if ends := [(ms, cell) for ms, cell in far.ends if cell.validity == "ok" and cell.connections == load]:
            parts.append(f"the slowest {far.share} more than {_ends(ends)}")
    return ", ".join(parts)


def _ends(values: Sequence[tuple[float, Cell]]) -> str:
    """'10.5 ms (asio_loop) to 40.5 ms (thread_pool)', from the least to the greatest; one where there is one."""
    ordered = sorted(values, key=lambda pair: (pair[0], pair[1].model))
    return " to ".join(f"{words.number(value)} ms ({cell.model})" for value, cell in [*ordered[:1], *ordered[1:][-1:]])


def spread(run: Run, charts: Sequence[Chart]) -> Section:
    """Over the seconds of a window where open loops were timed so, and from launch to launch where there are closed ones."""
    section = Section(7, "Steady, or different with every launch?", _launches(run),
                      charts=[chart for chart in charts if chart.id.startswith("S7-")])
    section.command = draw_again(run, "S7") if section.charts else ""
    timed = [chart for chart in charts if chart.id.startswith("S8-")]
    if timed:
        told = " ".join(f"{chart.title}." for chart in timed)
        section.question = "Steady, or stalls and drift?"
        section.answer = f"{told} {section.answer}" if run.measured_workloads() else told
        section.charts = timed + section.charts
        section.command = "\n".join(filter(None, (draw_again(run, "S8"), section.command)))
    return section


def _launches(run: Run) -> str:
    spreads = {workload: launch_spreads(run, workload) for workload in run.measured_workloads()}
    told = [f"{workload}: at {words.counted(found[0][1].connections, 'connection')} {_steadiness(found)}."
            for workload, found in spreads.items() if found]
    if not told:
        return "There are too few launches with a latency to compare."
    return " ".join([*told, f"In brackets: how far apart the medians of a server's launches lie; below "
                            f"{100 * (STEADY - 1):.2g} % that is steady."])


def _steadiness(spreads: Sequence[tuple[float, Cell]]) -> str:
    ordered = sorted(spreads, key=lambda pair: (pair[0], pair[1].model))
    parts = []
    for one, many, found in (("is steady", "are steady", [pair for pair in ordered if pair[0] < STEADY]),
                             ("differs with every launch", "differ with every launch",
                              [pair for pair in ordered if pair[0] >= STEADY])):
        if found:
            names = words.listed([f"{cell.model} ({apart(value)})" for value, cell in found])
            parts.append(f"{names} {one if len(found) == 1 else many}")
    return ", ".join(parts)
