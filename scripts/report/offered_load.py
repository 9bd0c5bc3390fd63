"""Section 5: how much load before latency explodes? Only where a run has open loops."""

from __future__ import annotations

from collections.abc import Sequence

from charts import words
from charts.chart import Chart
from charts.run_data import Run, Search
from charts.table import Table, count, estimate, text
from report.commands import draw_again, summarize_again
from report.section import Section


def offered_load(run: Run, charts: Sequence[Chart]) -> list[Section]:
    """The section, or none."""
    if not run.open_workloads() and not run.searches:
        return []
    own = [chart for chart in charts if chart.id.startswith(("S4-", "S4b-"))]
    sentences = [f"{chart.title}." for chart in own] + [_sentence(search) for search in run.searches]
    figures = dict.fromkeys(chart.id.split("-")[0] for chart in own)
    again = "\n".join(draw_again(run, figure) for figure in figures) or summarize_again(run)
    section = Section(5, "How much load before latency explodes?",
                      " ".join(sentences) or "One rate was offered: it takes several to see where latency grows.",
                      charts=own, command=again)
    if run.searches:
        section.tables.append(_table(run.searches))
    return [section]


def _sentence(search: Search) -> str:
    if search.rate_rps is None:
        return f"{search.model} on {search.workload}: {search.note} ({search.objective})."
    return f"{search.model} keeps {search.objective} up to {words.number(search.rate_rps.estimate)} requests/s."


def _table(searches: Sequence[Search]) -> Table:
    table = Table(["server", "workload", "objective", "connections", "requests/s that keep it", "95 % interval",
                   "lowest rate that did not", "n"],
                  caption="Capacity under an objective: the highest rate found by a search in bounded steps")
    for search in searches:
        missed = ", ".join("none" if rate is None else words.number(rate) for rate in search.missed_rps)
        table.rows.append([text(search.model), text(search.workload), text(search.objective),
                           count(search.connections), *estimate(search.rate_rps), text(missed),
                           count(len(search.met_rps))])
    return table
