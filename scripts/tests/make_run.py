#!/usr/bin/python3
"""Makes the folder of a run that never happened, for tests of charts and page: right in form, synthetic in content.

Its host is called 'synthetic' and every page made from it says so. Never a result.
Example: scripts/tests/make_run.py /tmp/run --variant failures
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
from pathlib import Path
from typing import Any

VARIANTS = ("full", "one_model", "failures", "interrupted", "few_repetitions", "two_workloads", "all_invalid",
            "no_trials")
LOADS = (1, 64, 256)
D1_MS = 10.3
MODELS: dict[str, tuple[str, float, int | None]] = {  # family, CPU us per request, requests in flight
    "single_threaded": ("blocking", 92.0, 1),
    "libuv_loop": ("loop", 34.0, None),
}
Json = dict[str, Any]


def predicted_rps(model: str, connections: int) -> float:
    _, cpu_us, limit = MODELS[model]
    return min(min(connections, limit or connections) / D1_MS * 1e3, 1e6 / cpu_us)


class Maker:
    def __init__(self, variant: str, seed: int) -> None:
        self.variant = variant
        self.random = random.Random(f"{variant}-{seed}")
        self.repetitions = 3 if variant == "few_repetitions" else 6
        self.models = ["libuv_loop"] if variant == "one_model" else list(MODELS)
        self.workloads = ["one_call", "mixed"] if variant == "two_workloads" else ["one_call"]
        self.seed = seed

    def loads(self, workload: str) -> tuple[int, ...]:
        return (64,) if workload == "mixed" else LOADS

    # --- trials

    def specs(self) -> list[Json]:
        specs = []
        for repetition in range(1, self.repetitions + 1):
            block = [(model, workload, load, "measure") for workload in self.workloads for model in self.models
                     for load in self.loads(workload)]
            if repetition <= 3:
                block += [(model, workload, load, purpose) for workload in self.workloads for model in self.models
                          for load, purpose in ((1, "calibrate_d1"), (64, "calibrate_cpu"))]
            self.random.shuffle(block)
            for model, workload, load, purpose in block:
                specs.append({"index": len(specs) + 1, "model": model, "workload": workload, "driver": "wrk",
                              "load": {"kind": "closed", "connections": load, "rate_rps": None},
                              "repetition": repetition, "purpose": purpose, "seed": 1000 + repetition,
                              "warmup_ns": 500_000_000, "duration_ns": 2_000_000_000})
        return specs

    def trial(self, spec: Json) -> Json:
        model, load = spec["model"], spec["load"]["connections"]
        trial: Json = {"schema_version": 1, "id": trial_id(spec), "spec": spec, "started_utc": "2025-01-31T12:00:00Z",
                       "validity": "ok", "reasons": [], "warnings": [], "window_ns": 2_004_000_000, "wrk": None,
                       "server_before": None, "server_after": None, "server_final": None, "backend_before": None,
                       "backend_after": None, "accounting": None, "processes": {}, "machine_window": None,
                       "machine_samples": []}
        reason = self.failure(spec)
        if reason in ("server_died", "server_start_failed"):
            trial["validity"] = "invalid"
            trial["reasons"] = [{"reason": reason, "detail": "server ended by signal 9 (KILL) <during> the window"}]
            return trial
        throughput = predicted_rps(model, load) * self.random.gauss(0.985, 0.009)
        requests = round(throughput * 2.0)
        trial["wrk"] = self.wrk(requests, load)
        if model == "single_threaded":
            trial["reasons"].append({"reason": "server_closes", "detail": "1 request per connection"})
        elif load == 256 and requests < 50 * load:
            trial["reasons"].append({"reason": "window_too_short", "detail": f"{requests} requests"})
        if reason == "steal":
            trial["validity"] = "suspect"
            trial["reasons"].append({"reason": "steal", "detail": "4.1 % of the CPU time"})
        if reason == "responses_mismatch":
            trial["validity"] = "invalid"
            trial["reasons"].append({"reason": reason, "detail": "client 47,100, server 46,903"})
        return trial

    def wrk(self, requests: int, load: int) -> Json:
        counts: dict[int, int] = {}
        for _ in range(requests):
            us = round(D1_MS * 1000 + self.random.expovariate(1 / (50 + 5 * load)))
            counts[us] = counts.get(us, 0) + 1
        return {"requests": requests, "duration_us": 2_000_000, "bytes": requests * 150,
                "errors": {"connect": 0, "read": 0, "write": 0, "status": 0, "timeout": 0},
                "latency_wrk_reported": None, "expected_interval_us": 10_300, "corrected": True, "recovery": "exact", "route_requests": [],
                "raw_us": [[us, counts[us]] for us in sorted(counts)]}

    def failure(self, spec: Json) -> str:
        """What goes wrong in this trial, by variant."""
        model, load = spec["model"], spec["load"]["connections"]
        if spec["purpose"] != "measure":
            return ""
        if self.variant == "all_invalid":
            return "server_start_failed"
        if self.variant != "failures":
            return ""
        if (model, load) == ("single_threaded", 256):
            return "server_died"
        if (model, load) == ("libuv_loop", 64):
            return "steal"
        if (model, load, spec["repetition"]) == ("libuv_loop", 256, 2):
            return "responses_mismatch"
        return ""

    # --- run.json

    def run(self, specs: list[Json], done: list[Json]) -> Json:
        complete = len(done) == len(specs)
        return {
            "schema_version": 1, "id": "20250131T120000Z-0123456789ab-synthetic", "version": "0.1.0",
            "commit": "0123456789ab", "build_type": "Release", "started_utc": "2025-01-31T12:00:00Z",
            "ended_utc": "2025-01-31T12:03:10Z" if complete else None, "complete": complete,
            "plan": {"name": "quick", "description": "Synthetic: made for a test", "driver": "wrk",
                     "workloads": self.workloads, "models": self.models, "connections": list(LOADS), "cells": [],
                     "repetitions": self.repetitions, "warmup_ns": 500_000_000, "duration_ns": 2_000_000_000,
                     "seed": self.seed, "calibration": {"repetitions": 3, "cpu_connections": 64}},
            "models": [{"name": name, "family": MODELS[name][0], "summary": f"what <{name}> does",
                        "build_type": "Release", "capabilities": ["keep_alive"], "predictable": True, "in_flight_limit": MODELS[name][2]}
                       for name in self.models],
            "skipped": [{"model": "io_uring", "reason": "the kernel refuses io_uring"}]
            if self.variant == "failures" else [],
            "workloads": [{"name": name, "description": "One backend call of constant 10 ms", "calls_per_request": 1,
                           "backend_ms_per_request": 10, "source": f'name = "{name}"\n# <synthetic> & "quoted"\n'}
                          for name in self.workloads],
            "host": {"hostname": "synthetic", "os": "Debian GNU/Linux 12 (bookworm)", "kernel": "6.1.0",
                     "cpu_model": "None: these numbers were made up", "cpus_online": 2, "physical_cores": 2,
                     "memory_mib": 3900, "virtualization": "kvm", "governor": "unknown", "open_files_limit": 20000},
            "software": {"wrk": "4.1.0", "libuv": "1.44.2", "compiler": "GCC 12.2.0"},
            "layout": {"pinned": True, "server": [0], "backend": [1], "generator": [1], "server_cores": 1},
            "cpu_iterations_per_us": None,
            "order": [trial_id(spec) for spec in specs],
            "verdicts": {trial["id"]: trial["validity"] for trial in done},
            "warnings": [{"text": "only 2 cores: backend and generator share one", "hint": "use a larger machine"}],
        }

    # --- summary.json

    def summary(self, run: Json, trials: list[Json]) -> Json:
        verdicts = [trial["validity"] for trial in trials]
        cells = [self.cell(run, trials, workload, load, model) for workload in sorted(self.workloads)
                 for load in self.loads(workload) for model in sorted(self.models)]
        counts = {name: verdicts.count(name) for name in ("ok", "suspect", "invalid")}
        return {"schema_version": 1,
                "run": {**{key: run[key] for key in ("id", "commit", "build_type", "started_utc")}, "plan": "quick",
                        "complete": run["complete"], "seed": self.seed, "server_cores": 1,
                        "trials": {**counts, "missing": len(run["order"]) - len(trials)}},
                "cells": [cell for cell in cells if cell["trials"]]}

    @staticmethod
    def quantiles(used: list[Json]) -> list[Json]:
        """Of all repetitions together; as in the real file only where 20 samples lie beyond."""
        counts: dict[int, int] = {}
        for trial in used:
            for value, count in trial["wrk"]["raw_us"]:
                counts[value] = counts.get(value, 0) + count
        values = [value / 1000 for value, count in sorted(counts.items()) for _ in range(count)]
        result = []
        for share in (0.1, 0.5, 0.9, 0.99, 0.999):
            rank = max(1, math.ceil(len(values) * share))
            if len(values) - rank >= 20:
                value = values[rank - 1]
                result.append({"quantile": share, "latency_ms": value, "low_ms": value * 0.99, "high_ms": value * 1.01})
        return result

    def cell(self, run: Json, trials: list[Json], workload: str, load: int, model: str) -> Json:
        planned = [name for name in run["order"] if name[5:].startswith(f"{model}-{workload}-c{load}-r")]
        own = [trial for trial in trials if trial["id"] in planned]
        used = [trial for trial in own if trial["validity"] != "invalid"]
        ok = sum(trial["validity"] == "ok" for trial in own)
        reasons: dict[str, int] = {}
        for trial in own:
            for finding in trial["reasons"]:
                reasons[finding["reason"]] = reasons.get(finding["reason"], 0) + 1
        voided = "server_closes" in reasons or "window_too_short" in reasons or not used
        used = [trial for trial in used if trial["validity"] == "ok"] if 2 * ok >= self.repetitions else used
        validity = "invalid" if not used else "ok" if 2 * ok >= self.repetitions else "suspect"
        rates = [trial["wrk"]["requests"] / trial["wrk"]["duration_us"] * 1e6 for trial in used]
        throughput = estimate(rates)
        predicted = predicted_rps(model, load)
        cpu_us = MODELS[model][1]
        note = next(iter(reasons), "no usable trial") if voided else None
        percentiles = {name: None if voided else estimate([percentile(trial, share) for trial in used])
                       for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99))}
        if not voided and load == 1:  # 200 requests: fewer than 20 lie beyond p99
            percentiles["p99"] = None
            note = "p99: fewer than 20 samples lie beyond it"
        return {"model": model, "family": MODELS[model][0], "workload": workload, "driver": "wrk",
                "load": {"kind": "closed", "connections": load, "rate_rps": None}, "repetitions": self.repetitions,
                "repetitions_ok": ok, "indicative": ok < 6, "throughput_rps": throughput,
                "latency_ms": {**percentiles, "p999": None, "mean": None, "max": None, "note": note},
                "latency_quantiles": [] if voided else self.quantiles(used),
                "errors": {"connect": 0, "read": 0, "status": 0, "timeout": 0, "write": 0},
                "cpu_us_per_request": estimate([cpu_us * self.random.gauss(1, 0.03) for _ in used]),
                "ctx_switches_per_request": estimate([1.5 * self.random.gauss(1, 0.02) for _ in used]),
                "rss_mib": estimate([5 + load / 100 + self.random.gauss(0, 0.01) for _ in used]),
                "threads": 1 if used else None, "goodput_rps": throughput,
                "predicted": {"throughput_rps": predicted, "latency_ms": load / predicted * 1e3,
                              "bound_by": "cpu" if predicted >= 1e6 / cpu_us else "clients",
                              "mva_rps": predicted * 0.97,
                              "d1_ms": D1_MS, "d_cpu_us": cpu_us,
                              "inputs_from": [name for name in run["order"] if f"-{model}-{workload}-" in name
                                              and name.split("-")[3].endswith((".d1", ".cpu"))]},
                "prediction_note": None,
                "residual_percent": (throughput["estimate"] / predicted - 1) * 100 if throughput else None,
                "validity": validity, "reasons": reasons, "warnings": [], "trials": [trial["id"] for trial in own]}


def trial_id(spec: Json) -> str:
    suffix = {"measure": "", "calibrate_d1": ".d1", "calibrate_cpu": ".cpu"}[spec["purpose"]]
    return (f"{spec['index']:04}-{spec['model']}-{spec['workload']}-c{spec['load']['connections']}{suffix}"
            f"-r{spec['repetition']}")


def percentile(trial: Json, share: float) -> float:
    bins = trial["wrk"]["raw_us"]
    rank = max(1, -(-sum(count for _, count in bins) * round(share * 1000) // 1000))
    seen = 0
    for us, count in bins:
        seen += count
        if seen >= rank:
            return us / 1000
    return bins[-1][0] / 1000


def estimate(values: list[float]) -> Json | None:
    """A median with a plausible interval: the charts draw intervals, they do not compute them."""
    if not values:
        return None
    middle = statistics.median(values)
    if len(values) < 3:
        return {"estimate": middle, "low": None, "high": None}
    reach = 2.6 * statistics.stdev(values) / len(values) ** 0.5
    return {"estimate": middle, "low": middle - reach, "high": middle + reach}


def make_run(folder: Path, variant: str = "full", seed: int = 1) -> Path:
    maker = Maker(variant, seed)
    specs = maker.specs()
    kept = {"interrupted": specs[:len(specs) // 2 - 8], "no_trials": []}.get(variant, specs)
    trials = [maker.trial(spec) for spec in kept]
    run = maker.run(specs, trials)
    (folder / "trials").mkdir(parents=True)
    for trial in trials:
        (folder / "trials" / f"{trial['id']}.json").write_text(json.dumps(trial) + "\n", encoding="utf-8")
    for name, content in (("run.json", run), ("summary.json", maker.summary(run, trials))):
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="new folder of the run")
    parser.add_argument("--variant", choices=VARIANTS, default="full")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    make_run(options.folder, options.variant, options.seed)


if __name__ == "__main__":
    main()
