"""Sections to HTML: one template, one style sheet whose hash stands in the Content-Security-Policy, no script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

import jinja2
from markupsafe import Markup

from charts.chart import Chart
from charts.run_data import Run
from report.conditions import conditions, threats
from report.cost import cost, footprint, worst
from report.io_bound import io_bound
from report.latency import latency
from report.predicted import predicted
from report.section import Section
from report.trust import trust

_FOLDER = Path(__file__).resolve().parent


def sections_of(run: Run, charts: Sequence[Chart]) -> list[Section]:
    """In the order of the page."""
    return [trust(run), io_bound(run, charts), latency(run, charts), worst(run, charts), cost(run, charts),
            footprint(run, charts), predicted(run), conditions(run)]


def html_page(run: Run, sections: Sequence[Section]) -> str:
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(_FOLDER), autoescape=True, trim_blocks=True,
                                     lstrip_blocks=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    style = (_FOLDER / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    return environment.get_template("page.html").render(
        run=run, sections=sections, threats=threats(run), style=Markup(style), style_hash=digest,
        inline_svg=lambda chart: Markup(chart.svg(inline=True)))
