"""Sections 8 and 9: where the time of a request goes and what it costs the machine, and what waiting connections cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from charts import cost as cost_charts
from charts import findings, words
from charts.breakdown import Shares, shares_of
from charts.chart import Chart
from charts.run_data import Cell, Run
from report.commands import draw_again
from report.section import Section

_KIB_PER_MIB = 1024


def cost(run: Run, charts: Sequence[Chart]) -> Section:
    section = _section(run, charts, 8, "Working, queueing or waiting, and what does a request cost the machine?", "S11",
                       _cpu, "No cost per request can be given.")
    traced = [chart for chart in charts if chart.id.startswith("S9-")]
    if traced:
        section.answer = f"{_mostly({weave.model: shares_of(weave) for weave in run.weaves})}. {section.answer}"
        section.charts = traced + section.charts
        section.command = "\n".join(filter(None, (draw_again(run, "S9"), section.command)))
    return section


def footprint(run: Run, charts: Sequence[Chart]) -> Section:
    return _section(run, charts, 9, "What does a waiting connection cost?", "S10", _memory, "No memory was recorded.")


def _section(run: Run, charts: Sequence[Chart], number: int, question: str, figure: str,
             sentence: Callable[[Run, str], str], nothing: str) -> Section:
    found = [sentence(run, workload) for workload in run.measured_workloads()]
    answer = " ".join(f"{workload}: {text[0].lower()}{text[1:]}."
                      for workload, text in zip(run.measured_workloads(), found) if text)
    return Section(number, question, answer or nothing,
                   charts=[chart for chart in charts if chart.id.startswith(f"{figure}-")],
                   command=draw_again(run, figure) if answer else "")


def _mostly(shares: dict[str, Shares]) -> str:
    """Servers by the state in which a traced request is for longest."""
    groups: dict[str, list[str]] = {}
    for model, one in shares.items():
        state = max(Shares._fields, key=one._asdict().__getitem__)
        groups.setdefault(state, []).append(f"{model} ({words.number(getattr(one, state))} of {words.number(one.whole)} ms)")
    words_of = {"queueing": "queueing", "waiting": "waiting for the backend", "running": "working"}
    return "Requests that come at once spend their time " + ", ".join(
        f"mostly {said} in {words.listed(groups[state])}" for state, said in words_of.items() if state in groups)


def _cpu(run: Run, workload: str) -> str:
    cells = [cell for cell in findings.rankable(run.cells_of(workload)) if cell.cpu_us_per_request]
    load = max((cell.connections for cell in cells), default=0)
    ordered = sorted((cell for cell in cells if cell.connections == load),
                     key=lambda cell: (cell.cpu_us_per_request.estimate, cell.model))
    if len(ordered) < 2:
        return cost_charts.cost_sentence(run, workload)
    least, most = (ordered[place].cpu_us_per_request for place in (0, -1))
    at = f"at {words.counted(load, 'connection')} a request costs"
    if findings.overlap(least, most):
        return f"{at} about the same server CPU everywhere, {words.extent([least.estimate, most.estimate])} µs"
    return (f"{at} {words.times(most.estimate / least.estimate)} as much server CPU in {ordered[-1].model} "
            f"({words.number(most.estimate)} µs) as in {ordered[0].model} ({words.number(least.estimate)} µs)")


def _memory(run: Run, workload: str) -> str:
    """What each further connection adds, from the fewest to the most; where there is one load, what servers hold."""
    cells: dict[str, list[Cell]] = {}
    for cell in sorted(findings.rankable(run.cells_of(workload)), key=lambda cell: cell.connections):
        if cell.rss_mib:
            cells.setdefault(cell.model, []).append(cell)
    loads = {(found[0].connections, found[-1].connections) for found in cells.values()}
    few, many = max(loads, key=lambda pair: pair[1] - pair[0], default=(0, 0))
    if few == many:
        return cost_charts.footprint_sentence(run, workload)
    grown = {model: _kib_per_connection(found[0], found[-1]) for model, found in cells.items()
             if (found[0].connections, found[-1].connections) == (few, many)}
    ordered = sorted(grown, key=lambda model: (-grown[model], model))
    parts = [f"{words.number(grown[model])} KiB in {model}" for model in ordered if grown[model] > 0]
    if same := [model for model in ordered if grown[model] <= 0]:
        parts.append(f"nothing that can be measured in {words.listed(same)}")
    left_out = dict.fromkeys(cell.model for cell in run.cells_of(workload)
                             if cell.rss_mib and cell.family != "ruler" and cell.model not in grown)
    without = f"; {words.listed(list(left_out))} not judged" if left_out else ""
    return f"from {few:,} to {many:,} connections each further one adds {words.listed(parts)}{without}"


def _kib_per_connection(few: Cell, many: Cell) -> float:
    """0 where the intervals of both overlap."""
    if findings.overlap(few.rss_mib, many.rss_mib):
        return 0.0
    return (many.rss_mib.estimate - few.rss_mib.estimate) * _KIB_PER_MIB / (many.connections - few.connections)
