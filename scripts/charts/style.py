"""How every figure looks: size, fonts, title block, notes, foot. Sizes in inches: nothing shifts with content.

A figure is built from the top: title (the take-away sentence), subtitle (what is plotted), panels, notes (what is not
drawn, and why), foot (n, interval method, the run). A page cuts off notes and foot and shows them as text.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import matplotlib

matplotlib.use("Agg")

from matplotlib.axes import Axes  # noqa: E402 (the back end comes first)
from matplotlib.figure import Figure  # noqa: E402

DPI = 160
INK = "#010203"  # text and axes; svg.py makes it currentColor
FOOT_GID = "foot"

WIDTH = 7.6
LEFT = 0.78
RIGHT = 1.85  # room for direct labels
_TITLE_POINTS = 12.5
_TEXT_POINTS = 9
_TITLE_COLUMNS = 66
_TEXT_COLUMNS = 108
_FOOT_COLUMNS = 134
_MARGIN = 0.12

RC = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "sans-serif"],
    "font.size": _TEXT_POINTS,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlesize": _TEXT_POINTS,
    "axes.labelsize": _TEXT_POINTS,
    "axes.titlecolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.linewidth": 0.8,
    "axes.formatter.useoffset": False,
    "axes.unicode_minus": True,
    "path.simplify": False,
    "svg.fonttype": "none",
}


@dataclass(frozen=True)
class Words:
    title: str
    subtitle: str
    notes: Sequence[str]
    foot: str


class Canvas(NamedTuple):
    figure: Figure
    axes: list[list[Axes]]  # rows of panels
    foot_height: float  # notes and foot: what a page shows as text instead


def _lines(text: str, columns: int) -> list[str]:
    return textwrap.wrap(text, columns) or []


def new_figure(words: Words, panel_heights: Sequence[float], columns: int = 1, gap: float = 0.34,
               column_gap: float = 0.22, left: float = LEFT, right: float = RIGHT,
               share_rows: bool = True, panel_titles: bool = False) -> Canvas:
    """A figure with rows of panels of the given heights. All panels share the x axis, or without `share_rows` those of
    a column. `panel_titles`: leave room for them in a single column too. Call it with RC in force."""
    title = _lines(words.title, _TITLE_COLUMNS)
    subtitle = _lines(words.subtitle, _TEXT_COLUMNS)
    notes = [line for note in words.notes for line in _hanging(note)]
    foot = _lines(words.foot, _FOOT_COLUMNS)
    line = 0.165
    head = _MARGIN + 0.225 * len(title) + line * len(subtitle) + (0.44 if columns > 1 or panel_titles else 0.16)
    panels = sum(panel_heights) + gap * (len(panel_heights) - 1)
    axis_labels = 0.52
    small = 0.145 * len(foot) + _MARGIN
    foot_height = small + (line * len(notes) + 0.08 if notes else 0)
    height = head + panels + axis_labels + foot_height

    figure = Figure(figsize=(WIDTH, height))
    grid = _Grid(columns, gap, column_gap, left, right, share_rows)
    axes = _panels(figure, panel_heights, height - head, grid)
    y = height - _MARGIN
    _write(figure, title, y, 0.225, size=_TITLE_POINTS, weight="bold")
    _write(figure, subtitle, y - 0.225 * len(title) - 0.02, line, alpha=0.8)
    _write(figure, notes, small + line * len(notes), line, gid=FOOT_GID)
    _write(figure, foot, small - 0.04, 0.145, size=7.5, alpha=0.8, gid=FOOT_GID)
    return Canvas(figure, axes, foot_height)


def _write(figure: Figure, lines: Sequence[str], top: float, spacing: float, **style) -> None:
    """Lines of text, the first with its upper edge `top` inches above the figure's foot."""
    for row, text in enumerate(lines):
        figure.text(_MARGIN / WIDTH, (top - spacing * row) / figure.get_figheight(), text, va="top", **style)


def _hanging(note: str) -> list[str]:
    return textwrap.wrap(note, _TEXT_COLUMNS, subsequent_indent="    ")


class _Grid(NamedTuple):
    columns: int
    gap: float
    column_gap: float
    left: float
    right: float
    share_rows: bool


def _panels(figure: Figure, heights: Sequence[float], top: float, grid: _Grid) -> list[list[Axes]]:
    total = figure.get_figheight()
    width = (WIDTH - grid.left - grid.right - grid.column_gap * (grid.columns - 1)) / grid.columns
    rows: list[list[Axes]] = []
    for height in heights:
        row = []
        for column in range(grid.columns):
            left = grid.left + column * (width + grid.column_gap)
            box = (left / WIDTH, (top - height) / total, width / WIDTH, height / total)
            first = (rows[0] if rows else row)[:1] if grid.share_rows else [panels[column] for panels in rows[:1]]
            row.append(figure.add_axes(box, sharex=first[0] if first else None))
        rows.append(row)
        top -= height + grid.gap
    for row in rows:
        for axes in row:
            axes.grid(True, which="major", color=INK, alpha=0.13, linewidth=0.7)
            axes.set_axisbelow(True)
            axes.tick_params(length=3)
    return rows
