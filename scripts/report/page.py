"""Sections to HTML: one template, one style sheet and one script, whose hashes stand in the Content-Security-Policy."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

import jinja2
from markupsafe import Markup

from charts.chart import Chart
from charts.run_data import Run
from report.claims import claims
from report.conditions import conditions, threats
from report.cost import cost, footprint
from report.glossary import glossary
from report.history import history
from report.io_bound import io_bound
from report.latency import latency, spread
from report.offered_load import offered_load
from report.page_data import page_data
from report.predicted import predicted
from report.section import Section
from report.trust import trust
from report.weave import weave

_CLOSED_LOOPS = (1, 6, 7, 8, 9)  # sections that speak of nothing else

_SCRIPTS = ("page.js", "weave.js", "comparison.js")  # the order counts: each uses what stands above

_FOLDER = Path(__file__).resolve().parent


def sections_of(run: Run, charts: Sequence[Chart]) -> list[Section]:
    """In the order of the page."""
    sections = [trust(run), io_bound(run, charts), glossary(run), *weave(run, charts), *offered_load(run, charts),
                latency(run, charts), spread(run, charts), cost(run, charts), footprint(run, charts), claims(run),
                predicted(run), *history(run, charts), conditions(run)]
    if (run.open_workloads() or run.searches) and not run.measured_workloads():
        return [section for section in sections if section.number not in _CLOSED_LOOPS or _has(section, "S8")]
    return sections


def _has(section: Section, figure: str) -> bool:
    return any(chart.id.startswith(f"{figure}-") for chart in section.charts)


def html_page(run: Run, sections: Sequence[Section]) -> str:
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(_FOLDER), autoescape=True, trim_blocks=True,
                                     lstrip_blocks=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    style = (_FOLDER / "page.css").read_text(encoding="utf-8")
    script = page_script()
    return environment.get_template("page.html").render(
        run=run, sections=sections, threats=threats(run), style=Markup(style), style_hash=_hash(style),
        script=Markup(script), script_hash=_hash(script), data=Markup(page_data(run)),
        inline_svg=lambda chart: Markup(chart.svg(inline=True)))


def page_script() -> str:
    """One scope of its own: no name of it meets one of the browser's."""
    parts = "\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    return f'(() => {{\n"use strict";\n\n{parts}}})();\n'


def _hash(text: str) -> str:
    """As a Content-Security-Policy wants it."""
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
