#!/usr/bin/python3
"""What tracing costs: while it is off, against a build without its hooks, and per event while it is on.

Off:  the CPU time of a server per request, in pairs of fresh launches in random order: one build with the hooks, which
      stay off, one built with INTERLEAVE_TRACE=OFF. Met if the 95 % interval of the ratio lies within +-3 %.
      The instructions of each kernel of the microbench, counted by callgrind: met if none differs by more than 0.5 %.
On:   nanoseconds per recorded event, from the microbench: met if at most 50.

Example: make trace-cost                  builds what is missing, measures; about 3 minutes on a quiet machine after the build
         scripts/trace_cost.py --pairs 6 --seconds 1 --out /tmp/trace-cost.json

Prints a table and writes every figure as JSON. Exit: 0 all met, 1 failed, 2 usage, 3 a limit is missed, 4 not resolved: the
interval reaches over a limit.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from atomic_file import write_atomically
from command_line import CommandLine
from floors.signed_rank import Centre, centre, fewest_pairs
from instruction_counts import CountError, counts, kernels
from placed_program import Program, backend, server

ROOT = Path(__file__).resolve().parent.parent
WORKLOAD = "one_call"
SCHEMA_VERSION = 1
RATIO_LIMIT, INSTRUCTIONS_LIMIT, EVENT_LIMIT_NS = 0.03, 0.005, 50.0
WARMUP_S = 1
PATIENCE_S = 10.0  # beyond the window of wrk


class CostError(Exception):
    """One line that says what to do."""


def counters(answers: Program) -> dict[str, Any]:
    answers.process.send_signal(signal.SIGUSR1)
    return json.loads(answers.process.stdout.readline())


def cpu_us_per_request(folder: Path, model: str, seconds: int, connections: int) -> float:
    """Of one launch: server on the first core, backend and generator on the last."""
    workload = ROOT / "workloads" / f"{WORKLOAD}.toml"
    with backend(folder, workload, core=-1) as calls, server(folder, model, workload, calls.port()) as answers:
        load = ["taskset", "-c", str(max(os.sched_getaffinity(0))), "wrk", "-t1", f"-c{connections}",
                f"http://127.0.0.1:{answers.port()}/{WORKLOAD}"]
        ask(load, WARMUP_S)
        before = counters(answers)
        ask(load, seconds)
        after = counters(answers)
    requests = after["requests"] - before["requests"]
    if requests <= 0:
        raise CostError(f"{model} answered nothing")
    return (after["cpu_ns"] - before["cpu_ns"]) / 1e3 / requests


def ask(load: list[str], seconds: int) -> None:
    subprocess.run([*load, f"-d{seconds}s"], check=True, stdout=subprocess.DEVNULL, timeout=seconds + PATIENCE_S)


def measure_pairs(off: Path, out: Path, options: argparse.Namespace) -> list[dict[str, float]]:
    order = random.Random(options.seed)
    pairs = []
    for number in range(1, options.pairs + 1):
        sides = [("off", off), ("compiled_out", out)]
        order.shuffle(sides)
        pair = {name: cpu_us_per_request(folder, options.model, options.seconds, options.connections)
                for name, folder in sides}
        pairs.append(pair)
        print(f"pair {number:2}/{options.pairs}: off {pair['off']:.2f} us, compiled out {pair['compiled_out']:.2f} us",
              file=sys.stderr, flush=True)
    return pairs


def ratio_of(pairs: list[dict[str, float]]) -> Centre:
    """CPU time per request, off / compiled out."""
    logs = centre([math.log(pair["off"] / pair["compiled_out"]) for pair in pairs])
    return Centre(*(math.exp(value) for value in (logs.estimate, logs.low, logs.high)))


def ratio_verdict(ratio: Centre) -> str:
    low, high = 1 - RATIO_LIMIT, 1 + RATIO_LIMIT
    if low <= ratio.low and ratio.high <= high:
        return "met"
    return "MISSED" if ratio.low > high or ratio.high < low else "not resolved"


def event_ns(folder: Path) -> float:
    """Median of seven batches of a million events."""
    done = subprocess.run([folder / "interleave-micro", "--benchmark_filter=^trace/event", "--benchmark_format=json",
                           "--benchmark_repetitions=7", "--benchmark_report_aggregates_only=true",
                           "--benchmark_min_time=0.1"], capture_output=True, text=True, check=True)
    rows = json.loads(done.stdout)["benchmarks"]
    median = next((row for row in rows if row.get("aggregate_name") == "median"), None)
    if median is None or median["time_unit"] != "ns":
        raise CostError("interleave-micro has no median of trace/event: run make build")
    return median["cpu_time"]


def rows_of(result: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """(what, found, limit, verdict)."""
    rows = []
    if result["ratio"]:
        ratio = Centre(**result["ratio"])
        rows.append((f"server CPU, off / compiled out ({result['model']}, {len(result['pairs'])} pairs)",
                     f"{ratio.estimate:.4f} [{ratio.low:.4f}, {ratio.high:.4f}]", "0.97 to 1.03", ratio_verdict(ratio)))
    for name, (off, out) in result["instructions"].items():
        met = abs(off / out - 1) <= INSTRUCTIONS_LIMIT
        rows.append((f"instructions, {name}", f"{off:.1f} / {out:.1f} ({100 * (off / out - 1):+.2f} %)", "+-0.5 %",
                     "met" if met else "MISSED"))
    cost = result["event_ns"]
    rows.append(("an event while it is on", f"{cost:.1f} ns", "50 ns", "met" if cost <= EVENT_LIMIT_NS else "MISSED"))
    return rows


def measure(options: argparse.Namespace) -> dict[str, Any]:
    off, out = options.build / "bin", options.compiled_out / "bin"
    for folder in (off, out):
        if not (folder / f"interleave-server-{options.model}").exists():
            raise CostError(f"{folder} has no interleave-server-{options.model}: run make trace-cost")
    cache = (options.compiled_out / "CMakeCache.txt").read_text(encoding="utf-8")
    if "INTERLEAVE_TRACE:BOOL=OFF" not in cache:
        raise CostError(f"{options.compiled_out} is built with its hooks: configure it with -DINTERLEAVE_TRACE=OFF")
    version = subprocess.run([off / "interleave", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    cost = event_ns(off)
    names = kernels(off / "interleave-kernels")
    both = [counts(folder, names) for folder in (off, out)]
    pairs = measure_pairs(off, out, options) if options.pairs else []
    return {"schema_version": SCHEMA_VERSION, "version": version, "model": options.model, "workload": WORKLOAD,
            "connections": options.connections, "seconds": options.seconds, "seed": options.seed,
            "measured_utc": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "host": {"cpus": len(os.sched_getaffinity(0)), "kernel": platform.release()},
            "pairs": pairs, "ratio": vars(ratio_of(pairs)) if pairs else None,
            "instructions": {name: [both[0][name], both[1][name]] for name in names if name in both[1]},
            "event_ns": cost}


def exit_code(rows: list[tuple[str, str, str, str]]) -> int:
    verdicts = [verdict for *_, verdict in rows]
    return 3 if "MISSED" in verdicts else 4 if "not resolved" in verdicts else 0


def main(arguments: list[str] | None = None) -> int:
    parser = CommandLine(__doc__)
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release", help="with hooks (build/release)")
    parser.add_argument("--compiled-out", type=Path, default=ROOT / "build" / "notrace", help="without (build/notrace)")
    parser.add_argument("--model", default="libuv_loop", help="libuv_loop")
    parser.add_argument("--pairs", type=int, default=20, help="of launches (20); 0: leave them out")
    parser.add_argument("--seconds", type=int, default=2, help="measured window of a launch (2)")
    parser.add_argument("--connections", type=int, default=64, help="64")
    parser.add_argument("--seed", type=int, default=1, help="of the order within pairs (1)")
    parser.add_argument("--out", type=Path, default=ROOT / "results" / "trace-cost.json", help="results/trace-cost.json")
    options = parser.parse_args(arguments)
    if options.pairs and options.pairs < fewest_pairs():
        parser.error(f"--pairs: {fewest_pairs()} are the fewest that give an interval")
    try:
        result = measure(options)
        write_atomically(options.out, (json.dumps(result, indent=2) + "\n").encode())
    except (CostError, CountError, OSError, subprocess.SubprocessError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted: nothing is kept", file=sys.stderr)
        return 130
    rows = rows_of(result)
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, [*widths, 0])).rstrip())
    print(options.out)
    return exit_code(rows)


if __name__ == "__main__":
    sys.exit(main())
