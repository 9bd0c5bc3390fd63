"""How latency goes over the seconds of a window: level, climbing, or with a peak. Pure; of the replies of all repetitions."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from charts import words
from charts.run_data import MIN_SAMPLES_BEYOND
from charts.timeline_data import Second, at_most_ms

PERCENTS = (99, 90, 50)
GROWN = 2.0         # beyond this factor latency is not level; a bucket is up to 1.25 wide
_STILL = 0.1        # a second with less than this share of the replies of the median second
_LEAST_SECONDS = 3  # with fewer there is no course


@dataclass(frozen=True)
class Course:
    """A percentile of the replies of each whole second of the window."""

    percent: int
    typical_ms: float | None  # in the median second; None: too few replies, or too few seconds
    worst_ms: float | None
    worst_at: int             # the second that begins then
    first_ms: float | None    # median of the first third of the seconds, and of the last
    last_ms: float | None
    still: tuple[int, ...]    # seconds in which next to nothing was answered

    @property
    def kind(self) -> str:
        if self.typical_ms is None:
            return "unknown"
        if self.last_ms >= GROWN * self.first_ms:
            return "climbs"
        return "peaks" if self.worst_ms > GROWN * self.typical_ms else "level"


def percent_of(timelines: Sequence[Sequence[Second]], whole: int) -> int:
    """The highest percentile that the median second of every one of them can give."""
    for percent in PERCENTS:
        if all(_given(timeline[:whole], percent) for timeline in timelines):
            return percent
    return PERCENTS[-1]


def _given(seconds: Sequence[Second], percent: int) -> bool:
    values = [at_most_ms(second, percent, MIN_SAMPLES_BEYOND) for second in seconds]
    return 2 * sum(value is not None for value in values) >= len(values) > 0


def course_of(timeline: Sequence[Second], whole: int, percent: int) -> Course:
    """`whole`: how many whole seconds the window has; what comes after is the drain."""
    seconds = timeline[:whole]
    usual = statistics.median([second.ok for second in seconds]) if seconds else 0
    still = tuple(i for i, second in enumerate(seconds) if second.ok < _STILL * usual)
    values = {i: value for i, second in enumerate(seconds)
              if (value := at_most_ms(second, percent, MIN_SAMPLES_BEYOND)) is not None}
    if len(values) < _LEAST_SECONDS:
        return Course(percent, None, None, 0, None, None, still)
    worst_at = max(values, key=lambda i: (values[i], -i))
    third = -(-len(values) // 3)
    ordered = list(values.values())
    return Course(percent, statistics.median(ordered), values[worst_at], worst_at,
                  statistics.median(ordered[:third]), statistics.median(ordered[-third:]), still)


def in_words(course: Course) -> str:
    """Goes on after "the p99 latency of a second ..."."""
    if course.kind == "level":
        return f"stays level (at most {words.number(course.worst_ms)} ms)"
    if course.kind == "climbs":
        return f"climbs from {words.number(course.first_ms)} to {words.number(course.last_ms)} ms"
    if course.kind == "peaks":
        return (f"reaches {words.number(course.worst_ms)} ms at {course.worst_at}\N{NO-BREAK SPACE}s, against "
                f"{words.number(course.typical_ms)} ms in the median second")
    return "is not known: too few replies or seconds"
