"""Section 1: which model copes with I/O-bound load, and at what price?"""

from __future__ import annotations

from collections.abc import Sequence

from charts import findings, words
from charts.chart import Chart
from charts.run_data import Cell, Run
from report.commands import draw_again
from report.section import Section


def io_bound(run: Run, charts: Sequence[Chart]) -> Section:
    workloads = run.measured_workloads()
    of = {workload: f"{workload}: " if len(workloads) > 1 else "" for workload in workloads}
    answer = " ".join(f"{of[workload]}{_answer(run, workload)}." for workload in workloads)
    section = Section(1, "Which model copes with I/O-bound load here, and at what price?",
                      answer or "Nothing was measured.", command=draw_again(run, "S5"))
    prices = {workload: findings.price_sentence(run, workload) for workload in workloads}
    section.paragraphs = [of[workload] + price for workload, price in prices.items() if price]
    section.charts = [chart for chart in charts if chart.id.startswith("S5-")]
    return section


def _answer(run: Run, workload: str) -> str:
    """Who copes best and who worst at the load of the figure's title, and what a request costs them."""
    load = findings.ranked_load(run, workload)
    if load is None:
        return findings.throughput_sentence(run, workload)
    cells = [cell for cell in findings.rankable(run.cells_of(workload)) if cell.connections == load]
    first = findings.best(cells)
    names = words.listed([cell.model for cell in first])
    at = f"at {words.counted(load, 'connection')}"
    if len(first) == len(cells):
        does = "cope alike" if len(first) > 1 else "is the only one to judge"
        return f"{names} {does}, with {_rate_and_price(first)} {at}"
    last = min(cells, key=lambda cell: cell.throughput_rps.estimate)
    return (f"{names} {'cope' if len(first) > 1 else 'copes'} best, with {_rate_and_price(first)} {at}; {last.model} copes "
            f"worst, with {_rate_and_price([last])}")


def _rate_and_price(cells: Sequence[Cell]) -> str:
    rate = f"{words.extent([cell.throughput_rps.estimate for cell in cells])} requests/s"
    prices = [cell.cpu_us_per_request.estimate for cell in cells if cell.cpu_us_per_request]
    return f"{rate} for {words.extent(prices)} µs of server CPU each" if len(prices) == len(cells) else rate
