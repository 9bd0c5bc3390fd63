#!/usr/bin/python3
"""How far is interleave-load from the truth? (make accuracy)

A server that is nothing but a queue logs the service of every request; the generator logs every send. From these two
the response times follow exactly (Lindley, Kiefer-Wolfowitz). The generator's own percentiles must agree within
0.5 ms or 3 %. Also: a server frozen for 2 s, and whether the sends are a Poisson process. Prints a table and stores
every figure. One repetition takes about two minutes; run it on a machine that does nothing else.

Examples: scripts/accuracy/main.py --repetitions 3
          scripts/accuracy/main.py --add --out results/accuracy.json     one more repetition

Exit: 0 all agree, 1 something does not or could not be run, 2 usage, 4 void in part: the generator doubted itself,
mostly because the machine was busy.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from accuracy.cases import queue_cases  # noqa: E402 (needs the path above)
from accuracy.experiment import ROOT, Laboratory, Machine, measure_freeze, measure_gaps, measure_queue  # noqa: E402
from accuracy.records import ExperimentError  # noqa: E402
from accuracy.report import text  # noqa: E402
from atomic_file import write_atomically  # noqa: E402
from command_line import CommandLine  # noqa: E402

SCHEMA_VERSION = 1


def repetition(lab: Laboratory, seed: int, seconds: float, only: str) -> dict[str, Any]:
    """Every experiment once, or those with `only` in their name."""
    result: dict[str, Any] = {"seed": seed, "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "queues": {}}

    def wanted(name: str) -> bool:
        if only in name:
            print(f"seed {seed}: {name}", file=sys.stderr)
        return only in name

    for case in queue_cases():
        if wanted(case.name):
            result["queues"][case.name] = measure_queue(lab, case, seed, seconds)
    if wanted("frozen server"):
        result["freeze"] = measure_freeze(lab, seed)
    if wanted("Poisson gaps"):
        result["gaps"] = measure_gaps(lab, seed)
    return result


def begin_result(lab: Laboratory, seconds: float) -> dict[str, Any]:
    version = subprocess.run([lab.bins / "interleave-load", "--version"], capture_output=True, text=True, check=True)
    return {"schema_version": SCHEMA_VERSION, "generator": version.stdout.strip(), "seconds": seconds,
            "host": {"cpus": len(os.sched_getaffinity(0)), "kernel": platform.release(),
                     "pinned": lab.machine.spin},
            "repetitions": []}


def exit_code(result: dict[str, Any]) -> int:
    rows = [row for repetition in result["repetitions"] for row in repetition["queues"].values()]
    rows += [repetition["freeze"] for repetition in result["repetitions"] if "freeze" in repetition]
    rows += [repetition["gaps"] for repetition in result["repetitions"] if "gaps" in repetition]
    if any(row["validity"] == "ok" and not row.get("ok", True) for row in rows):
        return 1
    return 0 if all(row["validity"] == "ok" for row in rows) else 4


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = CommandLine(__doc__)
    parser.add_argument("--repetitions", type=int, default=1, metavar="N", help="default 1")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the first repetition; each has its own")
    parser.add_argument("--seconds", type=float, default=6, metavar="S", help="of each queue's window (default 6)")
    parser.add_argument("--only", default="", metavar="TEXT", help="experiments with this in their name")
    parser.add_argument("--out", type=Path, default=ROOT / "results" / "accuracy.json", metavar="FILE")
    parser.add_argument("--add", action="store_true", help="add repetitions to the file instead of beginning anew")
    parser.add_argument("--bin", type=Path, default=ROOT / "build" / "release" / "bin", metavar="DIR")
    options = parser.parse_args(arguments)
    if options.repetitions < 1 or options.seconds <= 0:
        parser.error("--repetitions and --seconds must be above 0")
    return options


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    try:
        lab = Laboratory(options.bin, Machine.choose())
        result = begin_result(lab, options.seconds)
        if options.add and options.out.exists():
            result = json.loads(options.out.read_text(encoding="utf-8"))
        first = options.seed + len(result["repetitions"])
        for seed in range(first, first + options.repetitions):
            result["repetitions"].append(repetition(lab, seed, options.seconds, options.only))
            write_atomically(options.out, json.dumps(result, indent=1).encode("utf-8") + b"\n")
    except (ExperimentError, TimeoutError, OSError, subprocess.SubprocessError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    print(text(result))
    print(f"stored in {options.out}")
    return exit_code(result)


if __name__ == "__main__":
    sys.exit(main())
