"""What figures over the number of connections share: the axis, points set side by side, direct labels."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter, NullLocator
from matplotlib.transforms import ScaledTranslation, Transform

from charts.style import INK

_STEP_POINTS = 8.0    # between the points of two servers at the same number of connections
DOT_POINTS = -3.5     # repetitions stand a little left of their estimate
_DIGIT_POINTS = 6.0   # of a tick's label, generously
_MARGIN_POINTS = 12.0  # left and right of the outermost points


def beside(axes: Axes, place: int, of: int, shift: float = 0.0, floor: bool = False,
           step: float = _STEP_POINTS) -> Transform:
    """Data coordinates, moved sideways for server number `place` of `of`: its points stand beside the others'.

    With `floor`, y counts from the bottom of the axes (0) to the top (1)."""
    points = step * (place - (of - 1) / 2) + shift
    base = axes.get_xaxis_transform() if floor else axes.transData
    return base + ScaledTranslation(points / 72, 0, axes.figure.dpi_scale_trans)


def draw_axis(axes: Axes, connections: Sequence[int], servers: int) -> None:
    """A logarithmic axis with a tick at each number of connections and room for all servers' points."""
    width = axes.get_window_extent().width * 72 / axes.figure.dpi
    need = _MARGIN_POINTS + _STEP_POINTS * (servers - 1) / 2
    decades = math.log10(max(connections) / min(connections))
    room = 10 ** (need * decades / (width - 2 * need) if decades else 0.5)
    axes.set_xscale("log")
    axes.set_xlim(min(connections) / room, max(connections) * room)
    axes.xaxis.set_major_locator(FixedLocator(sorted(set(connections))))
    named = _apart(axes, sorted(set(connections)), width)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}" if round(value) in named else ""))
    axes.xaxis.set_minor_locator(NullLocator())


def _apart(axes: Axes, connections: Sequence[int], width: float) -> set[int]:
    """Those whose numbers fit beside each other in `width` points; the largest is always one."""
    low, high = (math.log10(edge) for edge in axes.get_xlim())
    named: set[int] = set()
    free = math.inf
    for count in reversed(connections):
        place = width * (math.log10(count) - low) / (high - low)
        half = _DIGIT_POINTS * len(f"{count:,}") / 2
        if place + half <= free:
            named.add(count)
            free = place - half - _DIGIT_POINTS / 2
    return named


def is_logarithmic(values: Sequence[float]) -> bool:
    """Values that span more than a factor of five; others are drawn on a linear axis from zero."""
    return bool(values) and min(values) > 0 and max(values) / min(values) > 5


def draw_value_axis(axes: Axes, values: Sequence[float]) -> None:
    if is_logarithmic(values):
        low, high = min(values), max(values)
        axes.set_yscale("log")
        axes.set_ylim(low / 1.5, high * 1.5)
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low < 60 else (1,)))
        axes.yaxis.set_minor_formatter(NullFormatter())
    else:
        axes.set_ylim(0, 1.15 * max(values, default=1.0))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))


def draw_labels(axes: Axes, labels: Sequence[tuple[str, float, str]]) -> None:
    """Names at the right edge: (name, y, colour), moved apart where they would touch, a thin line leading to each."""
    if not labels:
        return
    height = axes.get_window_extent().height * 72 / axes.figure.dpi
    spacing = 12 / height
    to_axes = axes.transData + axes.transAxes.inverted()
    wanted = sorted(((to_axes.transform((axes.get_xlim()[1], y))[1], name, colour) for name, y, colour in labels))
    places: list[float] = []
    for y, _, _ in wanted:
        places.append(max(y, places[-1] + spacing) if places else y)
    overflow = places[-1] - 1.0
    if overflow > 0:  # push down from the top
        places[-1] = 1.0
        for i in range(len(places) - 2, -1, -1):
            places[i] = min(places[i], places[i + 1] - spacing)
    for (y, name, colour), place in zip(wanted, places):
        axes.plot([1.0, 1.03], [y, place], color=colour, linewidth=1.2, transform=axes.transAxes, clip_on=False,
                  gid=f"leader:{name}")
        axes.text(1.04, place, name, transform=axes.transAxes, va="center", color=INK)
