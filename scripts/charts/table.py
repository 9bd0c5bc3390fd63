"""Tables: the numbers of a figure, for the page, for Markdown and for screen readers."""

from __future__ import annotations

from dataclasses import dataclass, field

from charts import words
from charts.run_data import Estimate


@dataclass(frozen=True)
class Value:
    """One cell. `raw` is the number of the JSON file as it stands there; the reader sees `text`."""

    text: str
    raw: float | int | None = None


@dataclass
class Table:
    columns: list[str]  # the first column names the row
    rows: list[list[Value]] = field(default_factory=list)
    caption: str = ""

    def numeric(self) -> list[bool]:
        """Columns with at least one number: aligned to the right, dashes included."""
        return [any(row[i].raw is not None for row in self.rows) for i in range(len(self.columns))]


def text(value: str) -> Value:
    return Value(value)


def figure(value: float | int | None) -> Value:
    return Value("\N{EN DASH}") if value is None else Value(words.number(value), value)


def count(value: int) -> Value:
    return Value(f"{value:,}", value)


def percent(value: float | None) -> Value:
    return Value("\N{EN DASH}") if value is None else Value(words.percent(value), value)


def estimate(value: Estimate | None) -> list[Value]:
    """Two cells: the estimate and its interval."""
    if value is None:
        return [figure(None), text("\N{EN DASH}")]
    if not value.has_interval:
        return [figure(value.estimate), text("too few repetitions")]
    return [figure(value.estimate), text(words.interval(value.low, value.high))]
