"""The sheet of a finished exercise: prediction beside measurement, to hand in or to hang up. Markdown and HTML."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup

if TYPE_CHECKING:
    from lab.exercise import Exercise, Measured, Row

_FOLDER = Path(__file__).resolve().parent
_MARKDOWN, _HTML = "sheet.md.j2", "sheet.html.j2"
_BLANK = "____________________________________________"


def _render(template: str, exercise: Exercise, measured: Measured, content: dict[str, Any], transfer: Row | None) -> str:
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(_FOLDER), autoescape=template == _HTML,
                                     trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined,
                                     keep_trailing_newline=True)
    figure = Markup(measured.chart.svg(inline=True)) if measured.chart else ""
    return environment.get_template(template).render(
        exercise=exercise, measured=measured, content=content, transfer=transfer, figure=figure, blank=_BLANK,
        style=Markup((_FOLDER.parent / "report" / "page.css").read_text(encoding="utf-8")))


def markdown_sheet(exercise: Exercise, measured: Measured, content: dict[str, Any], transfer: Row | None) -> str:
    return _render(_MARKDOWN, exercise, measured, content, transfer)


def html_sheet(exercise: Exercise, measured: Measured, content: dict[str, Any], transfer: Row | None) -> str:
    return _render(_HTML, exercise, measured, content, transfer)
