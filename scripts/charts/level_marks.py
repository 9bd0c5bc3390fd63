"""Level changes in a panel of S15: each level as a thin line, each change as a broken line across with what changed beside it,
so that it is seen without colour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes

from charts import words
from charts.level_changes import LevelChange
from charts.style import INK

COMMIT = 7  # letters of a commit
_ROOM = 4   # places that a label is wide


class Level(NamedTuple):
    first: int  # place of the commit, from 0
    last: int
    value: float


class LevelMark(NamedTuple):
    place: int
    change: LevelChange


def level_marks(changes: Sequence[LevelChange], commits: Sequence[str]) -> list[LevelMark]:
    """Of the commits that are drawn, but the first: what was before it is not seen."""
    return [LevelMark(commits.index(change.commit), change) for change in changes if change.commit in commits[1:]]


def levels(changes: Sequence[LevelChange], commits: Sequence[str]) -> list[Level]:
    """As far as they are drawn; none where nothing changed. A commit that is not drawn is older than those that are."""
    if not changes:
        return []
    starts = {0: changes[0].before}
    for change in changes:
        starts[commits.index(change.commit) if change.commit in commits else 0] = change.after
    ends = [*[place - 1 for place in starts][1:], len(commits) - 1]
    return [Level(first, last, value) for (first, value), last in zip(starts.items(), ends)]


def change_words(change: LevelChange) -> str:
    """'▲ +15 %': the direction is not in the sign alone."""
    arrow = "\N{BLACK UP-POINTING TRIANGLE}" if change.percent > 0 else "\N{BLACK DOWN-POINTING TRIANGLE}"
    return f"{arrow}\N{NO-BREAK SPACE}{words.percent(change.percent)}"


def draw_level_marks(axes: Axes, name: str, found: Sequence[tuple[Sequence[LevelChange], Callable[[float], float]]],
                     commits: Sequence[str]) -> None:
    """`found`: of each series in the panel its changes, and the height of a value."""
    for changes, height in found:
        for level in levels(changes, commits):
            axes.plot([level.first - 0.4, level.last + 0.4], [height(level.value)] * 2, color=INK, linewidth=0.8, alpha=0.75,
                      gid=f"level:{name}")
    largest: dict[int, LevelChange] = {}
    for mark in (mark for changes, _ in found for mark in level_marks(changes, commits)):
        if mark.place not in largest or abs(mark.change.percent) > abs(largest[mark.place].percent):
            largest[mark.place] = mark.change
    for place in largest:
        axes.axvline(place - 0.5, color=INK, linewidth=1.0, linestyle=(0, (3, 2)), gid=f"change:{name}:{commits[place]}")
    _label(axes, sorted(largest.items()))


def _label(axes: Axes, changes: Sequence[tuple[int, LevelChange]]) -> None:
    """Right of its line and where the points are not: below them after a rise. The table has those that find no room."""
    taken = {"bottom": -_ROOM, "top": -_ROOM}
    for place, change in changes:
        sides = ("bottom", "top") if change.percent > 0 else ("top", "bottom")
        side = next((side for side in sides if place - taken[side] >= _ROOM), None)
        if side is None:
            continue
        taken[side] = place
        axes.text(place - 0.3, {"bottom": 0.03, "top": 0.97}[side], f"{change.commit[:COMMIT]}\n{change_words(change)}", va=side,
                  ha="left", fontsize=6.5, linespacing=1.1, transform=axes.get_xaxis_transform(), gid="change-label")
