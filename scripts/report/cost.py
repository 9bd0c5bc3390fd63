"""Sections 6 to 9: how long requests take, steadiness, where their time goes, what a request costs the machine, what waiting connections cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from charts import cost as cost_charts
from charts import findings
from charts.chart import Chart
from charts.ecdf import ecdf_sentence
from charts.nines import nines_sentence
from charts.run_data import Run
from report.commands import draw_again
from report.section import Section


def latency(run: Run, charts: Sequence[Chart]) -> Section:
    section = _section(run, charts, 6, "How long do requests take, and how bad are the worst 1 %, 0.1 %?", "S5b",
                       findings.latency_sentence, "No latency can be given.")
    section.charts += [chart for chart in charts if chart.id.startswith("S6-")]
    section.paragraphs = [f"{workload}: {text}." for workload in run.measured_workloads()
                          if (text := nines_sentence(run, workload))]
    return section


def spread(run: Run, charts: Sequence[Chart]) -> Section:
    """Over the seconds of a window where open loops were timed so, and from launch to launch where there are closed ones."""
    section = _section(run, charts, 7, "Steady, or different with every launch?", "S7", ecdf_sentence,
                       "There are too few launches with a latency to compare.")
    timed = [chart for chart in charts if chart.id.startswith("S8-")]
    if timed:
        told = " ".join(f"{chart.title}." for chart in timed)
        section.question = "Steady, or stalls and drift?"
        section.answer = f"{told} {section.answer}" if run.measured_workloads() else told
        section.charts = timed + section.charts
        section.command = "\n".join(filter(None, (draw_again(run, "S8"), section.command)))
    return section


def cost(run: Run, charts: Sequence[Chart]) -> Section:
    section = _section(run, charts, 8, "Working, queueing or waiting, and what does a request cost the machine?", "S11",
                       cost_charts.cost_sentence, "No cost per request can be given.")
    traced = [chart for chart in charts if chart.id.startswith("S9-")]
    if traced:
        section.answer = f"{traced[0].title}. {section.answer}"
        section.charts = traced + section.charts
        section.command = "\n".join(filter(None, (draw_again(run, "S9"), section.command)))
    return section


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
