#!/usr/bin/python3
"""Write harness/stats/reference.json: what scipy says our statistics must say.

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


def ratio_cases(numpy, stats) -> list[dict]:
    """Welch's interval of the difference of two means of logarithms; the centre is the ratio of the medians."""
    cases = []
    for seed, of_base, of_head, wide in ((21, 2, 2, 0.1), (22, 3, 3, 0.1), (23, 6, 3, 0.4), (24, 20, 6, 0.02)):
        base = [rounded(1000 * math.exp(0.1 * (u - 0.5))) for u in uniforms(seed, of_base)]
        head = [rounded(1100 * math.exp(wide * (u - 0.5))) for u in uniforms(seed + 100, of_head)]
        logs = [numpy.log(values) for values in (base, head)]
        parts = [values.var(ddof=1) / len(values) for values in logs]
        freedom = sum(parts) ** 2 / sum(part ** 2 / (len(values) - 1) for part, values in zip(parts, logs))
        t, _ = stats.ttest_ind(logs[1], logs[0], equal_var=False)
        difference = float(logs[1].mean() - logs[0].mean())
        half = stats.t.ppf(0.975, freedom) * difference / t  # difference / t is scipy's own standard error
        ratio = float(numpy.median(head) / numpy.median(base))
        cases.append({"base": base, "head": head, "estimate": rounded(ratio),
                      "low": rounded(min(math.exp(difference - half), ratio)),
                      "high": rounded(max(math.exp(difference + half), ratio))})
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


def signed_rank_cdf_cases(stats) -> list[dict]:
    """P(T <= t), from scipy's exact test of data whose rank sum is t (no ties: the values are signed 1..n)."""
    cases = []
    for n, t in ((5, 0), (5, 3), (8, 5), (8, 18), (12, 9), (12, 17), (20, 60), (30, 120)):
        left, signs = t, [-1] * n
        for rank in range(n, 0, -1):
            if rank <= left:
                left, signs[rank - 1] = left - rank, 1
        values = [sign * rank for rank, sign in enumerate(signs, 1)]
        cases.append({"n": n, "t": t,
                      "cdf": rounded(stats.wilcoxon(values, alternative="less", mode="exact").pvalue)})
    return cases


def signed_rank_cases(numpy, stats) -> list[dict]:
    """Hodges-Lehmann and one-sided bounds, by inverting scipy's exact test: the lower bound is the highest Walsh
    average just below which the centre is rejected. No outside knowledge of which rank that is."""
    cases = []
    for seed, count in ((11, 5), (12, 7), (13, 8), (14, 12), (15, 20), (16, 25)):
        values = [rounded(0.2 * (u - 0.4)) for u in uniforms(seed, count)]
        array = numpy.array(values)
        walsh = sorted((values[i] + values[j]) / 2 for i in range(count) for j in range(i, count))
        case = {"values": values, "centre": rounded(float(numpy.median(walsh)))}
        for level in (0.95, 0.99):
            lows = [w for w in walsh
                    if stats.wilcoxon(array - (w - 1e-12), alternative="greater", mode="exact").pvalue <= 1 - level]
            highs = [w for w in walsh
                     if stats.wilcoxon(array - (w + 1e-12), alternative="less", mode="exact").pvalue <= 1 - level]
            case[f"low{level * 100:.0f}"] = rounded(max(lows)) if lows else None
            case[f"high{level * 100:.0f}"] = rounded(min(highs)) if highs else None
        cases.append(case)
    return cases


def proportion_cases(stats) -> list[dict]:
    cases = []
    for happened, trials in ((0, 1), (0, 30), (1, 30), (15, 30), (30, 30), (3, 10_000), (9_900, 10_000)):
        for level in (0.9, 0.95, 0.99):
            interval = stats.binomtest(happened, trials).proportion_ci(level, method="exact")
            cases.append({"happened": happened, "trials": trials, "level": level, "low": rounded(interval.low),
                          "high": rounded(interval.high)})
    return cases


def anderson_cases(stats) -> list[dict]:
    """Anderson-Darling for exponential gaps whose rate is estimated; critical values as scipy rounds them."""
    cases = []
    for seed, count in ((11, 10), (12, 50), (13, 400)):
        values = [rounded(-math.log(u)) for u in uniforms(seed, count)]
        result = stats.anderson(values, "expon")
        critical = [[rounded(level / 100), float(value)]
                    for level, value in zip(result.significance_level, result.critical_values)]
        cases.append({"values": values, "statistic": rounded(float(result.statistic)), "critical_values": critical})
    return cases


def reference() -> dict:
    import numpy
    from scipy import stats
    return {"student_t": student_cases(stats), "intervals": interval_cases(numpy, stats),
            "ratios": ratio_cases(numpy, stats), "ranks": rank_cases(stats),
            "quantiles": quantile_cases(numpy), "signed_rank_cdf": signed_rank_cdf_cases(stats),
            "signed_rank": signed_rank_cases(numpy, stats), "proportions": proportion_cases(stats),
            "anderson_exponential": anderson_cases(stats)}


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
