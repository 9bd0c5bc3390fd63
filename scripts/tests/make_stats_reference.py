#!/usr/bin/python3
"""Write harness/stats/reference.json: what scipy says the C++ statistics must say.

Needs scipy (not a package of the suite: it conflicts with Boost 1.81; scripts/unpack_scipy.sh makes a private copy).
The inputs come from a small generator of our own, so the file is the same with every numpy.

    make_stats_reference.py            write the file
    make_stats_reference.py --print    print instead
"""
import argparse
import json
import math
import pathlib
import sys

REFERENCE = pathlib.Path(__file__).resolve().parents[2] / "harness" / "stats" / "reference.json"


def uniforms(seed: int, count: int) -> list[float]:
    """Numbers in (0, 1) from a 31-bit linear congruential generator (MINSTD)."""
    state, numbers = seed, []
    for _ in range(count):
        state = state * 48271 % 2147483647
        numbers.append(state / 2147483647)
    return numbers


def rounded(value: float) -> float:
    """Ten significant digits: below any difference between two libraries' last bits."""
    return float(f"{value:.10g}")


def student_cases(stats) -> list[dict]:
    return [{"level": level, "degrees_of_freedom": df, "quantile": rounded(stats.t.ppf((1 + level) / 2, df))}
            for level in (0.9, 0.95, 0.99) for df in (1, 2, 3, 5, 9, 19, 59)]


def interval_cases(numpy, stats) -> list[dict]:
    cases = []
    for seed, count in ((1, 2), (2, 3), (3, 6), (4, 7), (5, 10), (6, 20)):
        values = [rounded(1000 * math.exp(0.1 * (u - 0.5))) for u in uniforms(seed, count)]
        logs = numpy.log(values)
        low, high = stats.t.interval(0.95, count - 1, loc=logs.mean(), scale=stats.sem(logs))
        median = float(numpy.median(values))
        cases.append({"values": values, "estimate": rounded(median), "low": rounded(min(math.exp(low), median)),
                      "high": rounded(max(math.exp(high), median))})
    return cases


def rank_cases(stats) -> list[dict]:
    """Ranks l, u with P(l <= B < u) >= 95 % for B binomial(n, q): the order-statistic interval of a quantile."""
    cases = []
    for samples, q in ((40, 0.5), (100, 0.5), (200, 0.9), (1000, 0.9), (2000, 0.99), (12_345, 0.99),
                       (20_000, 0.999), (50_000, 0.5), (1_000_000, 0.999)):
        low = max(1, int(stats.binom.ppf(0.025, samples, q)))
        high = min(samples, int(stats.binom.ppf(0.975, samples, q)) + 1)
        cases.append({"samples": samples, "q": q, "low": low, "high": high})
    return cases


def quantile_cases(numpy) -> list[dict]:
    cases = []
    for seed, count in ((7, 1), (8, 10), (9, 101), (10, 1000)):
        values = [int(-1000 * math.log(u)) for u in uniforms(seed, count)]
        quantiles = [{"q": q, "value": int(numpy.quantile(values, q, method="inverted_cdf"))}
                     for q in (0.01, 0.25, 0.5, 0.9, 0.99, 1.0)]
        cases.append({"values": values, "quantiles": quantiles})
    return cases


def reference() -> dict:
    import numpy
    from scipy import stats
    return {"student_t": student_cases(stats), "intervals": interval_cases(numpy, stats), "ranks": rank_cases(stats),
            "quantiles": quantile_cases(numpy)}


def to_text(data: dict) -> str:
    """One case a line."""
    parts = []
    for name, cases in data.items():
        lines = ",\n".join("    " + json.dumps(case) for case in cases)
        parts.append(f'  "{name}": [\n{lines}\n  ]')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--print", action="store_true", help="print instead of writing the file")
    arguments = parser.parse_args()
    try:
        text = to_text(reference())
    except ImportError as error:
        print(f"error: {error}; run scripts/unpack_scipy.sh and set PYTHONPATH as it says", file=sys.stderr)
        return 1
    if arguments.print:
        print(text, end="")
    else:
        REFERENCE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
