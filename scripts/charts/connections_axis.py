"""What figures over the number of connections share: the axis, points set side by side, direct labels."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter, NullLocator

from charts import words
from charts.style import INK

_STEP = 0.035    # decades between the points of two models at the same number of connections
_MARGIN = 0.16   # decades left and right of the outermost points


def sidestep(connections: int, place: int, of: int) -> float:
    """Where model number `place` of `of` stands: beside the others, not upon them."""
    return connections * 10 ** (_STEP * (place - (of - 1) / 2))


def draw_axis(axes: Axes, connections: Sequence[int], models: int) -> None:
    room = 10 ** (_MARGIN + _STEP * models / 2)
    axes.set_xscale("log")
    axes.set_xlim(min(connections) / room, max(connections) * room)
    axes.xaxis.set_major_locator(FixedLocator(sorted(set(connections))))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.xaxis.set_minor_locator(NullLocator())


def is_logarithmic(values: Sequence[float]) -> bool:
    """Values that span more than a factor of five; others are drawn on a linear axis from zero."""
    return bool(values) and min(values) > 0 and max(values) / min(values) > 5


def draw_value_axis(axes: Axes, values: Sequence[float]) -> None:
    plain = FuncFormatter(lambda value, _: words.number(value))
    if is_logarithmic(values):
        low, high = min(values), max(values)
        axes.set_yscale("log")
        axes.set_ylim(low / 1.5, high * 1.5)
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low < 60 else (1,)))
        axes.yaxis.set_minor_formatter(NullFormatter())
    else:
        axes.set_ylim(0, 1.15 * max(values, default=1.0))
    axes.yaxis.set_major_formatter(plain)


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
