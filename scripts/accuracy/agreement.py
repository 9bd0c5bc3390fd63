#!/usr/bin/python3
"""Do wrk, its rewriting of latencies undone, and interleave-load in a closed loop measure the same? (make agreement)

Runs the plan `agreement`: a server that waits 10 ms per request, 64 connections, in each of 20 repetitions one launch
with either generator, in random order. Compares throughput and p50 pair by pair.

Left out are pairs in which a trial is not ok - except where interleave-load's only fault is to doubt itself. On two
cores either generator shares one with the backend and waits for it; wrk just does not say so. Whether that bends what
it measures is the question here, so such pairs count, and are counted.

Examples: scripts/accuracy/agreement.py --measure build/release/bin/interleave    about 3 minutes
          scripts/accuracy/agreement.py results/latest                            judge a run again

Exit: 0 both agree within 3 % (the whole 95 % interval), 1 failed or they differ, 2 usage, 4 too few valid pairs, or an
interval too wide to tell.
"""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from charts.json_reader import Reader, RunError, read_json  # noqa: E402 (needs the path above)
from charts.load_run import SCHEMA_VERSION  # noqa: E402
from command_line import CommandLine  # noqa: E402
from floors.signed_rank import Centre, centre, fewest_pairs  # noqa: E402

TOLERANCE = 0.03
DRIVERS = ("wrk", "interleave")
METRICS = ("throughput", "p50")
SELF_DOUBT = {"generator_suspect"}
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Comparison:
    """interleave-load over wrk, of one metric: the centre of the ratios over the pairs."""

    metric: str
    pairs: int
    ratio: Centre | None  # None: too few pairs

    @property
    def word(self) -> str:
        if self.ratio is None:
            return "too few pairs"
        if abs(self.ratio.estimate - 1) > TOLERANCE:
            return "they differ"
        inside = max(abs(self.ratio.low - 1), abs(self.ratio.high - 1)) <= TOLERANCE
        return "they agree" if inside else "unclear"


def p50_of(histogram: list[tuple[int, int]]) -> int:
    """The smallest value with half of all at or below it. REQUIRES: not empty."""
    half = -(-sum(count for _, count in histogram) // 2)
    for value, count in histogram:
        half -= count
        if half <= 0:
            return value
    raise AssertionError("unreachable: the counts sum up")


def _figures(trial: Reader) -> dict[str, float] | None:
    """None: the trial is not valid, and nothing may be concluded from it."""
    doubts = {reason.text("reason") for reason in trial.objects("reasons")}
    if trial.text("validity") != "ok" and not (doubts and doubts <= SELF_DOUBT):
        return None
    result = trial.object("result")
    if result.is_null("latency_us"):
        return None
    return {"throughput": result.integer("requests") / result.integer("duration_us"),
            "p50": float(p50_of(result.pairs("latency_us"))), "doubt": float(bool(doubts))}


def read_pairs(run: Path) -> list[dict[str, dict[str, float]]]:
    """The figures of both drivers, of each repetition in which both are valid. Raises RunError."""
    files = sorted((run / "trials").glob("*.json"))
    if not files:
        raise RunError(f"{run}: no trials: give the folder of a run of the plan 'agreement'")
    found: dict[int, dict[str, dict[str, float]]] = {}
    for file in files:
        trial = read_json(file, SCHEMA_VERSION)
        spec = trial.object("spec")
        figures = _figures(trial) if spec.text("purpose") == "measure" else None
        if figures is not None:
            found.setdefault(spec.integer("repetition"), {})[spec.text("driver")] = figures
    return [found[repetition] for repetition in sorted(found) if all(driver in found[repetition] for driver in DRIVERS)]


def compare(pairs: list[dict[str, dict[str, float]]]) -> list[Comparison]:
    comparisons = []
    for metric in METRICS:
        ratio = None
        if len(pairs) >= fewest_pairs():
            logs = centre([math.log(pair["interleave"][metric] / pair["wrk"][metric]) for pair in pairs])
            ratio = Centre(math.exp(logs.estimate), math.exp(logs.low), math.exp(logs.high))
        comparisons.append(Comparison(metric, len(pairs), ratio))
    return comparisons


def text(comparisons: list[Comparison], pairs: list[dict[str, dict[str, float]]]) -> str:
    lines = [f"interleave-load over wrk, closed loop; agreement: within {TOLERANCE:.0%}", ""]
    for each in comparisons:
        ratio = each.ratio
        interval = f"{ratio.estimate:.4f} [{ratio.low:.4f}, {ratio.high:.4f}]" if ratio else "-"
        lines.append(f"{each.metric:<11} {each.pairs:>3} pairs   ratio {interval:<26} {each.word}")
    doubted = sum(pair["interleave"]["doubt"] > 0 for pair in pairs)
    if doubted:
        lines += ["", f"In {doubted} of {len(pairs)} pairs interleave-load doubted itself, which wrk never does."]
    return "\n".join(lines)


def exit_code(comparisons: list[Comparison]) -> int:
    words = {each.word for each in comparisons}
    if "they differ" in words:
        return 1
    return 0 if words == {"they agree"} else 4


def main(arguments: list[str] | None = None) -> int:
    parser = CommandLine(__doc__)
    parser.add_argument("run", type=Path, metavar="RUN", nargs="?", help="folder of a run of the plan")
    parser.add_argument("--measure", type=Path, metavar="INTERLEAVE", help="measure with this program first")
    parser.add_argument("--out", type=Path, metavar="DIR", default=None, help="with --measure: folder for the run")
    options = parser.parse_args(arguments)
    if (options.run is None) == (options.measure is None):
        parser.error("name either a RUN or --measure INTERLEAVE")
    try:
        run = options.run
        if options.measure is not None:
            out = ["--out", options.out] if options.out else []
            subprocess.run([options.measure, "run", "--plan", "agreement", *out], check=True, stdout=subprocess.DEVNULL)
            run = options.out or ROOT / "results" / "latest"
        pairs = read_pairs(run)
        comparisons = compare(pairs)
    except (RunError, OSError, subprocess.SubprocessError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    print(text(comparisons, pairs))
    return exit_code(comparisons)


if __name__ == "__main__":
    sys.exit(main())
