"""The seconds of a trial, as interleave-load's report keeps them: what was scheduled in each, what ended, and how long the
replies of it had taken. Trials of other generators, and old ones, have none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from charts.json_reader import Reader


@dataclass(frozen=True)
class Second:
    scheduled: int  # by intended time
    ok: int         # by the time they ended, as all that follows
    failed: int
    slowest_ms: float | None
    buckets: tuple[tuple[int, int], ...]  # (lowest in nanoseconds, count), ascending; bucket_end() is where one ends


def load_timeline(report: Reader | None) -> tuple[Second, ...]:
    """Empty where the report has none, or another generator made it."""
    if report is None or report.is_null("timeline"):
        return ()
    return tuple(_second(second) for second in report.objects("timeline"))


def _second(second: Reader) -> Second:
    slowest = second.optional_number("max_ns")
    return Second(second.integer("scheduled"), second.integer("ok"), second.integer("failed"),
                  None if slowest is None else slowest / 1e6, tuple(second.pairs("response_ns")))


def bucket_end(lowest: int) -> int:
    """Buckets are numbers that agree in their three leading binary digits (harness/load/generator/timeline.hpp)."""
    return lowest + (1 << max(0, lowest.bit_length() - 3))


def together(timelines: Sequence[Sequence[Second]]) -> tuple[Second, ...]:
    """The same second of several trials as one; for display, since launches may differ."""
    length = max(map(len, timelines), default=0)
    return tuple(_sum([timeline[i] for timeline in timelines if i < len(timeline)]) for i in range(length))


def _sum(seconds: Sequence[Second]) -> Second:
    buckets: dict[int, int] = {}
    for second in seconds:
        for lowest, count in second.buckets:
            buckets[lowest] = buckets.get(lowest, 0) + count
    return Second(sum(second.scheduled for second in seconds), sum(second.ok for second in seconds),
                  sum(second.failed for second in seconds),
                  max((second.slowest_ms for second in seconds if second.slowest_ms is not None), default=None),
                  tuple(sorted(buckets.items())))


def at_most_ms(second: Second, percent: int, beyond: int) -> float | None:
    """What this share of the replies took at most: the end of the bucket of the nearest rank. None where fewer than
    `beyond` replies lie above the rank."""
    rank = max(1, -(-second.ok * percent // 100))
    if second.ok - rank < beyond:
        return None
    seen = 0
    for lowest, count in second.buckets:
        seen += count
        if seen >= rank:
            return bucket_end(lowest) / 1e6
    return None
