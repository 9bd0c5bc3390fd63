"""The centre of paired differences and its interval, without assuming a distribution but symmetry.

Estimate: Hodges-Lehmann, the median of all Walsh averages (d_i + d_j) / 2, i <= j. Interval: the Walsh averages that
the exact signed-rank test does not reject. E. L. Lehmann, Nonparametrics (1975), 4.3; M. Hollander, D. A. Wolfe,
Nonparametric Statistical Methods (1999), 3.2 and 3.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence


@dataclass(frozen=True)
class Centre:
    estimate: float
    low: float
    high: float


def fewest_pairs(confidence: float = 0.95) -> int:
    """With fewer differences no interval of this confidence exists: the test can never reject."""
    count = 1
    while 2.0 ** (1 - count) > 1 - confidence:
        count += 1
    return count


def critical_rank(count: int, confidence: float = 0.95) -> int:
    """The largest k with P(T+ < k) <= (1 - confidence) / 2, T+ the sum of the ranks of positive differences."""
    ways = [1]  # ways[t]: subsets of the ranks 1..n with sum t
    for rank in range(1, count + 1):
        longer = ways + [0] * rank
        for total, number in enumerate(ways):
            longer[total + rank] += number
        ways = longer
    tail = (1 - confidence) / 2 * 2**count
    below = 0
    rank = 0
    while below + ways[rank] <= tail:
        below += ways[rank]
        rank += 1
    return rank


def centre(differences: Sequence[float], confidence: float = 0.95) -> Centre:
    """REQUIRES: at least fewest_pairs() differences."""
    count = len(differences)
    if count < fewest_pairs(confidence):
        raise ValueError(f"{count} differences give no interval of {confidence:.0%}")
    walsh = sorted((differences[i] + differences[j]) / 2 for i in range(count) for j in range(i, count))
    middle = len(walsh) // 2
    median = walsh[middle] if len(walsh) % 2 else (walsh[middle - 1] + walsh[middle]) / 2
    outside = critical_rank(count, confidence)
    return Centre(median, walsh[outside - 1], walsh[len(walsh) - outside])
