"""Sections 3 and 4: requests that come at once, and how one thread serves them. None where nothing was traced."""

from __future__ import annotations

from collections.abc import Sequence

from charts.chart import Chart
from charts.run_data import Run
from report.commands import draw_again
from report.section import Section


def weave(run: Run, charts: Sequence[Chart]) -> list[Section]:
    sections = [_section(run, charts, 3, "What does each server do while a request waits?", "S2"),
                _section(run, charts, 4, "How can one thread serve many?", "S3")]
    return [section for section in sections if section.charts]


def _section(run: Run, charts: Sequence[Chart], number: int, question: str, figure: str) -> Section:
    own = [chart for chart in charts if chart.id.startswith(f"{figure}-")]
    return Section(number, question, own[0].title.rstrip(".") + "." if own else "", charts=own,
                   command=draw_again(run, figure))
