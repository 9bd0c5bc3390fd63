"""Numbers and lists as the reader sees them: three significant digits, thousands separated, units by the caller."""

from __future__ import annotations

import math
from collections.abc import Sequence

INTERVAL_METHOD = ("Estimate = median over repetitions (each a fresh server process); "
                   "interval = 95\N{NO-BREAK SPACE}%, Student's t on the logarithms over repetitions.")


def number(value: float) -> str:
    """'24,000', '96.0', '0.0123': three significant digits; whole numbers below 1000 stay whole."""
    if value == 0:
        return "0"
    if isinstance(value, int) and abs(value) < 1000:
        return str(value)
    magnitude = math.floor(math.log10(abs(value)))
    rounded = round(value, 2 - magnitude)
    magnitude = math.floor(math.log10(abs(rounded)))  # 999.6 becomes 1000
    return f"{rounded:,.{max(0, 2 - magnitude)}f}"


def interval(low: float, high: float) -> str:
    """'93.9 to 96.1', not broken over lines."""
    return f"{number(low)}\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}{number(high)}"


def extent(values: Sequence[float]) -> str:
    """From the least to the greatest: '19.7 to 21.0'; once where both read the same."""
    low, high = number(min(values)), number(max(values))
    return low if low == high else f"{low} to {high}"


def percent(value: float) -> str:
    """A signed difference: '+2.1 %', not broken over lines. A value that rounds to zero has no sign."""
    digits = 1 if abs(value) < 99.95 else 0
    if round(value, digits) == 0:
        return "0.0\N{NO-BREAK SPACE}%"
    return f"{value:+.{digits}f}\N{NO-BREAK SPACE}%".replace("-", "\N{MINUS SIGN}")


def times(ratio: float) -> str:
    """A factor: '250 times', '1.30 times'."""
    return f"{number(ratio)} times"


def listed(items: Sequence[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    if len(items) <= 1:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """'1 trial', '3 trials', 'no trial'."""
    if count == 0:
        return f"no {noun}"
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def span(values: Sequence[int]) -> str:
    """The sizes of something, once: '6' or '4 to 6'."""
    low, high = min(values), max(values)
    return str(low) if low == high else f"{low} to {high}"
