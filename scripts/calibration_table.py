#!/usr/bin/python3
"""Writes the measured part of docs/calibration.md from a log of gates and a table of resampled ones.

Example: scripts/calibration_table.py docs/calibration/gates.ndjson --resampled results/calibration-X/resampled/calibration.md --document docs/calibration.md
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

from atomic_file import write_atomically
from command_line import CommandLine


BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
WANTED = {"": None, "cpu=10%": "cpu_us_per_request", "cpu=20%": "cpu_us_per_request", "delay=10%": "p50_ms",
          "delay=20%": "p50_ms"}


def clopper_pearson(k: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """The exact interval of a rate, as harness/stats/proportion.hpp has it, by bisection of the binomial sums."""
    def log_share(p: float, i: int) -> float:
        ways = math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1)
        return ways + i * math.log(p) + (n - i) * math.log1p(-p)

    def at_least(p: float, count: int) -> float:
        return math.fsum(math.exp(log_share(p, i)) for i in range(count, n + 1))

    def solve(count: int, goal: float) -> float:
        low, high = 0.0, 1.0
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (middle, high) if at_least(middle, count) < goal else (low, middle)
        return (low + high) / 2

    tail = (1 - level) / 2
    return (0.0 if k == 0 else solve(k, tail), 1.0 if k == n else solve(k + 1, 1 - tail))


def row(inject: str, gates: list[dict]) -> str:
    """Of equal builds any regression is an alarm; of an injection the figure it must show in counts."""
    wanted = WANTED[inject]
    valid = [gate for gate in gates if gate["exit"] in (0, 3, 5)]
    hit = sum(any(figure["verdict"] == "REGRESSION" and wanted in (None, figure["figure"]) for figure in gate["figures"])
              for gate in valid)
    what = "equal builds: false alarms" if not inject else f"{inject.replace('=', ' +').replace('%', ' %')}: found"
    if not valid:
        return f"| {what} | not yet measured | | {len(gates)} |"
    low, high = clopper_pearson(hit, len(valid))
    return f"| {what} | {hit}/{len(valid)} | {100 * low:.0f} to {100 * high:.0f} % | {len(gates) - len(valid)} |"


def section(gates: list[dict], resampled: str) -> str:
    machines = sorted({gate["fingerprint"] for gate in gates})
    lines = [f"Live gates, {len(gates)} in all, on {len(machines)} machine(s): {', '.join(machines)}.", "",
             "| live `--smoke` gates | k/n | 95 % bounds (Clopper-Pearson) | invalid |", "|---|---:|---:|---:|"]
    lines += [row(inject, [gate for gate in gates if gate["inject"] == inject]) for inject in WANTED]
    return "\n".join([*lines, "", resampled.strip(), ""])


def main(arguments: list[str] | None = None) -> int:
    parser = CommandLine(__doc__)
    parser.add_argument("log", type=Path, help="docs/calibration/gates.ndjson")
    parser.add_argument("--resampled", type=Path, required=True, help="calibration.md of `interleave regress --calibrate`")
    parser.add_argument("--document", type=Path, required=True, help="docs/calibration.md, whose marked part is written")
    options = parser.parse_args(arguments)
    try:
        gates = [json.loads(line) for line in options.log.read_text(encoding="utf-8").splitlines()]
        text = options.document.read_text(encoding="utf-8")
        before, rest = text.split(BEGIN, 1)
        after = rest.split(END, 1)[1]
        made = section(gates, options.resampled.read_text(encoding="utf-8"))
        write_atomically(options.document, f"{before}{BEGIN}\n{made}{END}{after}".encode())
    except (OSError, ValueError, KeyError, IndexError) as problem:
        print(f"error: cannot write the table: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
