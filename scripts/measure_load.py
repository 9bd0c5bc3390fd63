#!/usr/bin/python3
"""Measures interleave-load itself, so that anyone can repeat what the documentation says of it.

  scripts/measure_load.py efficiency    requests per CPU second of the generator, against wrk's, on the server `ceiling`
  scripts/measure_load.py lateness      how late requests are sent at 5,000 a second
  scripts/measure_load.py connections   9,900 connections with calls of 1 s, against the loop models

Wants a release build and an otherwise idle machine. With two cores or more the server gets core 0 and the generator
core 1 (with the backend on it, where there is one). Exit: 0 measured, 1 something failed.
"""
from __future__ import annotations

import argparse
import json
import math
import random
import re
import statistics
import subprocess
import tempfile
from pathlib import Path

from command_line import CommandLine
from placed_program import Ended, Program, backend, fail, server

ROOT = Path(__file__).resolve().parent.parent
# 97.5 % quantiles of Student's t for 1 to 30 degrees of freedom, then the normal one.
T = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
     2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042]

ONE_SECOND = """name = "one_second"
description = "waits 1 s for one service"
[services.slow]
latency = { constant = "1s" }
[[route]]
target = "/slow"
steps = [ { call = "slow" } ]
"""


def load(binaries: Path, *options: str) -> tuple[dict, Ended]:
    with Program(1, str(binaries / "interleave-load"), "--json", "-", "--no-probe", *options) as program:
        ended = program.end()
    return json.loads(ended.out), ended


def log_interval(ratios: list[float]) -> tuple[float, float, float]:
    """Geometric mean with its 95 % interval."""
    logs = [math.log(ratio) for ratio in ratios]
    mean = statistics.fmean(logs)
    if len(logs) < 2:
        return math.exp(mean), math.nan, math.nan
    quantile = T[len(logs) - 2] if len(logs) - 2 < len(T) else 1.96
    half = quantile * statistics.stdev(logs) / math.sqrt(len(logs))
    return math.exp(mean), math.exp(mean - half), math.exp(mean + half)


def efficiency(binaries: Path, arguments: argparse.Namespace) -> None:
    hello = ROOT / "workloads" / "hello.toml"
    count, seconds = arguments.connections or 64, arguments.duration or 2
    order = random.Random(1)

    def of_wrk(url: str) -> float:
        with Program(1, "wrk", "-t", "1", "-c", str(count), "-d", f"{seconds:g}s", url) as program:
            ended = program.end()
        return int(re.search(r"(\d+) requests in", ended.out)[1]) / ended.cpu_s

    def of_ours(url: str) -> float:
        result, ended = load(binaries, url, "--closed", "--connections", str(count), "--warmup", "0s", "--duration",
                             f"{seconds:g}s")
        if result["counts"]["ok"] != result["counts"]["scheduled"]:
            fail(f"requests failed: {result['counts']}")
        return result["counts"]["ok"] / ended.cpu_s

    ratios, wrk_rates, our_rates = [], [], []
    with server(binaries, "ceiling", hello, 1) as ceiling:
        url = f"http://127.0.0.1:{ceiling.port()}/"
        for pair in range(arguments.pairs):
            rates = {}
            for measure in order.sample([of_wrk, of_ours], 2):
                rates[measure] = measure(url)
            wrk_rates.append(rates[of_wrk])
            our_rates.append(rates[of_ours])
            ratios.append(rates[of_ours] / rates[of_wrk])
            print(f"pair {pair + 1:2}: wrk {rates[of_wrk]:9.0f}  interleave-load {rates[of_ours]:9.0f} requests per CPU "
                  f"second, ratio {ratios[-1]:.3f}", flush=True)
    mean, low, high = log_interval(ratios)
    print(f"{count} connections, {len(ratios)} pairs: wrk {statistics.median(wrk_rates):.0f}, interleave-load "
          f"{statistics.median(our_rates):.0f} requests per CPU second (medians); ratio {mean:.3f}, 95 % interval "
          f"[{low:.3f}, {high:.3f}]")


def lateness(binaries: Path, arguments: argparse.Namespace) -> None:
    hello = ROOT / "workloads" / "hello.toml"
    seconds = arguments.duration or 10
    with server(binaries, "ceiling", hello, 1) as ceiling:
        url = f"http://127.0.0.1:{ceiling.port()}/"
        for wait in ("hybrid", "spin", "block"):
            for arrival in ("poisson", "constant"):
                result, _ = load(binaries, url, "--rate", str(arguments.rate), "--arrival", arrival, "--wait", wait,
                                 "--duration", f"{seconds:g}s", "--connections", str(arguments.connections or 64))
                lag, counts = result["send_lag_ns"], result["counts"]
                print(f"{wait:6} {arrival:8} {arguments.rate} req/s: send lag p50 {lag['p50'] / 1e3:6.1f} us  p99 "
                      f"{lag['p99'] / 1e3:6.1f} us  max {lag['max'] / 1e6:5.2f} ms  sent/scheduled "
                      f"{result['rate']['achieved'] * result['load']['duration_s'] / counts['scheduled']:.5f}  "
                      f"ok {counts['ok']}/{counts['scheduled']}  {result['validity']} "
                      f"{[reason['reason'] for reason in result['validity_reasons']]}", flush=True)


def loop_models(binaries: Path) -> list[str]:
    """The models whose one thread serves any number of requests at once, by their own description."""
    found = []
    for path in sorted(binaries.glob("interleave-server-*")):
        told = json.loads(subprocess.run([path, "--describe"], check=True, capture_output=True, text=True).stdout)
        if told["family"] == "loop" and told["prediction"]["in_flight_limit"] is None:
            found.append(told["name"])
    return found


def connections(binaries: Path, arguments: argparse.Namespace) -> None:
    count, seconds = arguments.connections or 9900, arguments.duration or 10
    with tempfile.TemporaryDirectory() as folder:
        workload = Path(folder) / "one_second.toml"
        workload.write_text(ONE_SECOND)
        for model in arguments.models or loop_models(binaries):
            with backend(binaries, workload) as calls, server(binaries, model, workload, calls.port()) as answers:
                port = answers.port()
                url = f"http://127.0.0.1:{port}/slow"
                alone, _ = load(binaries, url, "--closed", "--connections", "1", "--warmup", "0s", "--duration", "10ms")
                before = answers.peak_memory_kib()
                result, _ = load(binaries, url, "--closed", "--connections", str(count), "--warmup", "3s",
                                 "--duration", f"{seconds:g}s")
                server_kib = answers.peak_memory_kib() - before
            peak, alone = result["generator"]["peak_memory_kib"], alone["generator"]["peak_memory_kib"]
            counts, errors = result["counts"], result["errors"]
            print(f"{model:22} {result['throughput_rps']:7.0f} replies/s = {result['throughput_rps'] / count:.1%} of "
                  f"{count}/1s  ok {counts['ok']}/{counts['scheduled']}  errors {errors['by_status'] or ''}"
                  f"{errors['by_errno'] or 'none'}  opened {result['connections']['opened']}  memory per connection: "
                  f"generator {(peak - alone) / count:.2f} KiB, server {server_kib / count:.1f} KiB  "
                  f"{result['validity']} {[reason['reason'] for reason in result['validity_reasons']]}", flush=True)


def main() -> None:
    parser = CommandLine(__doc__)
    parser.add_argument("what", choices=["efficiency", "lateness", "connections"])
    parser.add_argument("--bin-dir", type=Path, default=ROOT / "build" / "release" / "bin")
    parser.add_argument("--pairs", type=int, default=20, help="efficiency: pairs of runs (default 20)")
    parser.add_argument("--connections", type=int, help="default 64; connections: 9900")
    parser.add_argument("--duration", type=float, help="seconds of a run (default 2, 10, 10)")
    parser.add_argument("--rate", type=int, default=5000, help="lateness: requests a second (default 5000)")
    parser.add_argument("--models", nargs="+", help="connections: models (default: those that are loops)")
    arguments = parser.parse_args()
    {"efficiency": efficiency, "lateness": lateness, "connections": connections}[arguments.what](arguments.bin_dir,
                                                                                               arguments)


if __name__ == "__main__":
    main()
