"""Section 15: faster or slower than before? Only where a history was given that knows the run's machine."""

from __future__ import annotations

from collections.abc import Sequence

from charts.chart import Chart
from charts.run_data import Run
from report.commands import draw_again
from report.section import Section


def history(run: Run, charts: Sequence[Chart]) -> list[Section]:
    """The section, or none."""
    own = [chart for chart in charts if chart.id.startswith("S15-")]
    if not own:
        return []
    return [Section(15, "Faster or slower than before?", " ".join(f"{chart.title}." for chart in own), charts=own,
                    paragraphs=["A history shows trends and decides nothing: between two days a machine moves by several per "
                                "cent with the same program. Whether a change made a server slower is measured by make "
                                "regress, both builds side by side."],
                    command=f"{draw_again(run, 'S15')} --history results/history.ndjson")]
