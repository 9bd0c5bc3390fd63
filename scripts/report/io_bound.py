"""Section 1: which model copes with I/O-bound load, and at what price?"""

from __future__ import annotations

from collections.abc import Sequence

from charts import findings
from charts.chart import Chart
from charts.run_data import Run
from report.commands import draw_again
from report.section import Section


def io_bound(run: Run, charts: Sequence[Chart]) -> Section:
    workloads = run.measured_workloads()
    of = {workload: f"{workload}: " if len(workloads) > 1 else "" for workload in workloads}
    answer = " ".join(f"{of[workload]}{findings.throughput_sentence(run, workload)}." for workload in workloads)
    section = Section(1, "Which model copes with I/O-bound load here, and at what price?",
                      answer or "Nothing was measured.", command=draw_again(run, "S5"))
    prices = {workload: findings.price_sentence(run, workload) for workload in workloads}
    section.paragraphs = [of[workload] + price for workload, price in prices.items() if price]
    section.charts = [chart for chart in charts if chart.id.startswith("S5-")]
    return section
