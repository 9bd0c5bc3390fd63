"""Are gaps exponential? The Anderson-Darling test with the rate estimated from the gaps. Pure functions.

    A^2 = -n - 1/n sum_i (2i - 1) (ln z_i + ln(1 - z_(n+1-i))),   z_i = 1 - exp(-x_(i) / mean)

It weighs the tails, where clumped or evened-out sends show. Since the rate is estimated, the usual critical values do
not hold; those below are for A^2 (1 + 0.6 / n).

Source of statistic and critical values: M. A. Stephens, "EDF statistics for goodness of fit and some comparisons",
J. Amer. Stat. Assoc. 69 (1974), 730-737; as in scipy.stats.anderson(x, "expon"), against which
scripts/tests/test_accuracy.py checks both (harness/stats/reference.json).
"""

from __future__ import annotations

import math
from typing import Sequence

# Probability that exponential gaps exceed it.
CRITICAL_VALUES = {0.15: 0.922, 0.10: 1.078, 0.05: 1.341, 0.025: 1.606, 0.01: 1.957}


def statistic(gaps: Sequence[float]) -> float:
    """A^2 of the gaps. At least two, all above 0."""
    if len(gaps) < 2 or min(gaps) <= 0:
        raise ValueError("the test needs at least two gaps, all above 0")
    n = len(gaps)
    mean = sum(gaps) / n
    scaled = [gap / mean for gap in sorted(gaps)]
    # ln(1 - exp(-x)) without cancellation, and ln(1 - z) = -x.
    total = sum((2 * i + 1) * (math.log(-math.expm1(-scaled[i])) - scaled[n - 1 - i]) for i in range(n))
    return -n - total / n


def modified(gaps: Sequence[float]) -> float:
    """The statistic to compare with CRITICAL_VALUES, whatever n."""
    return statistic(gaps) * (1 + 0.6 / len(gaps))
