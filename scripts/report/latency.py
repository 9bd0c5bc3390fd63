"""Section 6: how long do requests take, and how bad are the worst?"""

from __future__ import annotations

from collections.abc import Sequence

from charts import findings
from charts.chart import Chart
from charts.run_data import Run
from report.commands import draw_again
from report.section import Section


def latency(run: Run, charts: Sequence[Chart]) -> Section:
    answer = " ".join(f"{findings.latency_sentence(run, workload)}." for workload in run.measured_workloads())
    return Section(6, "How long do requests take, and how bad is the worst 1 %?", answer or "Nothing was measured.",
                   charts=[chart for chart in charts if chart.id.startswith("S5b-")], command=draw_again(run, "S5b"))
