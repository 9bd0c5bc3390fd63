"""Sections 7, 8 and 9: the slowest requests, what a request costs the machine, what waiting connections cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from charts import cost as cost_charts
from charts.chart import Chart
from charts.nines import nines_sentence
from charts.run_data import Run
from report.commands import draw_again
from report.section import Section


def worst(run: Run, charts: Sequence[Chart]) -> Section:
    return _section(run, charts, 7, "How bad are the worst 1 %, 0.1 %?", "S6", nines_sentence,
                    "No latency can be given beyond the median.")


def cost(run: Run, charts: Sequence[Chart]) -> Section:
    return _section(run, charts, 8, "What does a request cost the machine?", "S11", cost_charts.cost_sentence,
                    "No cost per request can be given.")


def footprint(run: Run, charts: Sequence[Chart]) -> Section:
    return _section(run, charts, 9, "What does a waiting connection cost?", "S10", cost_charts.footprint_sentence,
                    "No memory was recorded.")


def _section(run: Run, charts: Sequence[Chart], number: int, question: str, figure: str,
             sentence: Callable[[Run, str], str], nothing: str) -> Section:
    found = [sentence(run, workload) for workload in run.measured_workloads()]
    answer = " ".join(f"{workload}: {text}." for workload, text in zip(run.measured_workloads(), found) if text)
    return Section(number, question, answer or nothing,
                   charts=[chart for chart in charts if chart.id.startswith(f"{figure}-")],
                   command=draw_again(run, figure) if answer else "")
