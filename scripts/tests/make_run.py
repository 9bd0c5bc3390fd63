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

from make_weave import make_weave

VARIANTS = ("full", "one_model", "failures", "interrupted", "few_repetitions", "two_workloads", "all_invalid",
            "no_trials", "open_loop", "stall")
LOADS = (1, 64, 256)
SHARES = (10, 50, 90, 110)  # percent of the predicted capacity, variant open_loop
D1_MS = 10.3
MODELS: dict[str, tuple[str, float, int | None]] = {  # family, CPU us per request, requests in flight
    "single_threaded": ("blocking", 92.0, 1),
    "libuv_loop": ("loop", 34.0, None),
}
Json = dict[str, Any]

ERRORS = ("connect", "reset", "status", "timeout", "shed", "censored")
STALL = {"every_ns": 10_000_000_000, "length_ns": 1_000_000_000}
WRK_FINDINGS: Json = {
    "self_check": None, "interleave": None,
    "wrk": {"latency_wrk_reported": {"min_us": 10_000, "max_us": 1_010_000, "mean_us": 60_000, "stdev_us": 90_000,
                                     "p50_us": 10_400, "p90_us": 180_000, "p99_us": 900_000, "p999_us": 1_000_000},
            "expected_interval_us": 10_300, "corrected": True, "recovery": "exact"}}
SEARCHES: list[Json] = [
    {"model": "libuv_loop", "workload": "one_call", "driver": "interleave", "connections": 256, "objective": "p99<50ms",
     "rate_rps": {"estimate": 12_345.0, "low": None, "high": None}, "note": None,
     "repetitions": [{"repetition": 1, "met_rps": 12_345.0, "missed_rps": 13_000.0, "steps": [
         {"trial": "0090-libuv_loop-one_call-s1-r1", "rate_rps": 12_345.0, "value_ms": 31.0, "outcome": "met"},
         {"trial": "0091-libuv_loop-one_call-s2-r1", "rate_rps": 13_000.0, "value_ms": None, "outcome": "missed"}]}]},
    {"model": "single_threaded", "workload": "one_call", "driver": "interleave", "connections": 256,
     "objective": "p99<50ms", "rate_rps": None, "note": "the objective was met in 0 of 1 repetitions",
     "repetitions": [{"repetition": 1, "met_rps": None, "missed_rps": 48.0, "steps": [
         {"trial": "0092-single_threaded-one_call-s1-r1", "rate_rps": 48.0, "value_ms": 80.0, "outcome": "missed"}]}]}]


def load_of(connections: int, rate: float | None = None, percent: float | None = None) -> Json:
    return {"kind": "open" if rate else "closed", "connections": connections, "rate_rps": rate,
            "rate_percent": percent, "search_step": None}


def predicted_rps(model: str, connections: int) -> float:
    _, cpu_us, limit = MODELS[model]
    return min(min(connections, limit or connections) / D1_MS * 1e3, 1e6 / cpu_us)


class Maker:
    def __init__(self, variant: str, seed: int) -> None:
        self.variant = variant
        self.random = random.Random(f"{variant}-{seed}")
        self.repetitions = 3 if variant == "few_repetitions" else 6
        self.models = ["libuv_loop"] if variant in ("one_model", "stall") else list(MODELS)
        self.workloads = ["one_call", "mixed"] if variant == "two_workloads" else ["one_call"]
        self.seed = seed
        self.seconds = 20 if variant == "stall" else 2  # of the window

    def loads(self, model: str, workload: str) -> list[tuple[str, Json]]:
        """(driver, load) of each cell."""
        if self.variant == "open_loop":
            capacity = predicted_rps(model, 256)
            return [("interleave", load_of(256, capacity * share / 100, share)) for share in SHARES]
        if self.variant == "stall":
            return [("wrk", load_of(16)), ("interleave", load_of(16)), ("interleave", load_of(256, 1500.0))]
        return [("wrk", load_of(load)) for load in ((64,) if workload == "mixed" else LOADS)]

    @property
    def driver(self) -> str:
        return "interleave" if self.variant in ("open_loop", "stall") else "wrk"

    # --- trials

    def specs(self) -> list[Json]:
        specs = []
        for repetition in range(1, self.repetitions + 1):
            block = [(model, workload, driver, load, "measure") for workload in self.workloads
                     for model in self.models for driver, load in self.loads(model, workload)]
            if repetition <= 3:
                block += [(model, workload, self.driver, load_of(load), purpose) for workload in self.workloads
                          for model in self.models for load, purpose in ((1, "calibrate_d1"), (64, "calibrate_cpu"))]
            self.random.shuffle(block)
            for model, workload, driver, load, purpose in block:
                specs.append({"index": len(specs) + 1, "model": model, "workload": workload, "driver": driver,
                              "load": load, "repetition": repetition, "purpose": purpose, "seed": 1000 + repetition,
                              "warmup_ns": 500_000_000, "duration_ns": self.seconds * 1_000_000_000,
                              "stall": STALL if self.variant == "stall" and purpose == "measure" else None})
        return specs

    def trial(self, spec: Json) -> Json:
        model, load = spec["model"], spec["load"]["connections"]
        trial: Json = {"schema_version": 2, "id": trial_id(spec), "spec": spec, "started_utc": "2025-01-31T12:00:00Z",
                       "validity": "ok", "reasons": [], "warnings": [], "window_ns": 2_004_000_000, "result": None,
                       "server_before": None, "server_after": None, "server_final": None, "backend_before": None,
                       "backend_after": None, "accounting": None, "processes": {}, "machine_window": None,
                       "machine_samples": []}
        reason = self.failure(spec)
        if reason in ("server_died", "server_start_failed"):
            trial["validity"] = "invalid"
            trial["reasons"] = [{"reason": reason, "detail": "server ended by signal 9 (KILL) <during> the window"}]
            return trial
        rate = spec["load"]["rate_rps"]
        throughput = min(predicted_rps(model, load), rate or math.inf) * self.random.gauss(0.985, 0.009)
        requests = round(throughput * self.seconds)
        trial["result"] = self.result(requests, spec)
        trial["server_final"] = self.counters(model, requests, load)
        if rate and rate >= predicted_rps(model, load):
            trial["validity"] = "suspect"
            trial["reasons"].append({"reason": "overload", "detail": "more came in the window than were answered"})
        if rate or self.variant == "stall":
            pass
        elif model == "single_threaded":
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

    @staticmethod
    def counters(model: str, requests: int, load: int) -> Json:
        return {"requests": requests, "responses": {"200": requests}, "backend_calls": requests, "backend_errors": 0,
                "connections_accepted": load, "connections_closed": load, "connections_reset": 0, "threads_created": 0,
                "bytes_in": 50 * requests, "bytes_out": 150 * requests, "in_flight": 0,
                "max_in_flight": min(load, MODELS[model][2] or load), "voluntary_switches": requests,
                "involuntary_switches": 0}

    def latency_us(self, spec: Json) -> int:
        """One latency: queueing grows with the load, and beyond the capacity with time; stalls meet who comes."""
        load = spec["load"]
        rate, percent = load["rate_rps"], load["rate_percent"]
        queueing = 50 + 5 * load["connections"]
        if percent:
            queueing = 50 + 2000 / (100 - percent) if percent < 100 else 200_000
        us = D1_MS * 1000 + self.random.expovariate(1 / queueing)
        slow = 0.1 if rate else 0.0005 if spec.get("stall") else 0
        if spec.get("stall") and self.random.random() < slow:
            us += 1_000_000 * (self.random.random() if rate else 1)
        return round(us)

    def result(self, requests: int, spec: Json) -> Json:
        load = spec["load"]["connections"]
        latencies = [self.latency_us(spec) for _ in range(requests)]
        counts: dict[int, int] = {}
        for us in latencies:
            counts[us] = counts.get(us, 0) + 1
        said = WRK_FINDINGS if spec["driver"] == "wrk" else {
            "self_check": {"verdict": "ok", "detail": ""}, "wrk": None,
            "interleave": {"schema_version": 1, "timeline": self.timeline(latencies, bool(spec.get("stall")))}}
        return {"requests": requests, "duration_us": self.seconds * 1_000_000, "answered": requests,
                "unanswered": load, "bytes": requests * 150,
                "errors": {kind: 0 for kind in ERRORS}, "route_requests": [],
                "latency_us": [[us, counts[us]] for us in sorted(counts)], "latency_lost": 0,
                "scheduled": requests if spec["load"]["kind"] == "open" else None,
                **said}

    def timeline(self, latencies: list[int], stalls: bool) -> list[Json]:
        """As interleave-load keeps it: nothing ends in a stall, and what waited for its end ends after it."""
        stalled = range(5, self.seconds, 10) if stalls else range(0)
        moving = [second for second in range(self.seconds) if second not in stalled]
        ended: list[list[int]] = [[] for _ in range(self.seconds)]
        for i, us in enumerate(latencies):
            slow = stalls and us > 2 * D1_MS * 1000
            ended[stalled[i % 2] + 1 if slow else moving[i % len(moving)]].append(1000 * us)
        return [second_of(values, len(latencies[i::self.seconds])) for i, values in enumerate(ended)]

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
            "schema_version": 2, "id": "20250131T120000Z-0123456789ab-synthetic", "version": "0.1.0",
            "commit": "0123456789ab", "build_type": "Release", "started_utc": "2025-01-31T12:00:00Z",
            "ended_utc": "2025-01-31T12:03:10Z" if complete else None, "complete": complete,
            "plan": {"name": "quick", "description": "Synthetic: made for a test", "driver": self.driver,
                     "workloads": self.workloads, "models": self.models, "connections": list(LOADS), "cells": [],
                     "rates": [f"{share}%" for share in SHARES] if self.variant == "open_loop" else [],
                     "stall": STALL if self.variant == "stall" else None, "search": None,
                     "repetitions": self.repetitions, "warmup_ns": 500_000_000, "duration_ns": self.seconds * 1_000_000_000,
                     "seed": self.seed, "calibration": {"repetitions": 3, "cpu_connections": 64}, "weave": True},
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
        cells = [self.cell(run, trials, workload, driver, load, model) for workload in sorted(self.workloads)
                 for model in sorted(self.models) for driver, load in self.loads(model, workload)]
        cells.sort(key=lambda cell: (cell["workload"], cell["load"]["kind"], cell["load"]["connections"],
                                     cell["load"]["rate_percent"] or 0, cell["driver"], cell["model"]))
        counts = {name: verdicts.count(name) for name in ("ok", "suspect", "invalid")}
        return {"schema_version": 2,
                "run": {**{key: run[key] for key in ("id", "commit", "build_type", "started_utc")}, "plan": "quick",
                        "complete": run["complete"], "seed": self.seed, "server_cores": 1,
                        "trials": {**counts, "missing": len(run["order"]) - len(trials)}},
                "cells": [cell for cell in cells if cell["trials"]], "searches": SEARCHES if self.variant == "open_loop" else []}

    @staticmethod
    def quantiles(used: list[Json]) -> list[Json]:
        """Of all repetitions together; as in the real file only where 20 samples lie beyond."""
        counts: dict[int, int] = {}
        for trial in used:
            for value, count in trial["result"]["latency_us"]:
                counts[value] = counts.get(value, 0) + count
        values = [value / 1000 for value, count in sorted(counts.items()) for _ in range(count)]
        result = []
        for share in (0.1, 0.5, 0.9, 0.99, 0.999):
            rank = max(1, math.ceil(len(values) * share))
            if len(values) - rank >= 20:
                value = values[rank - 1]
                result.append({"quantile": share, "latency_ms": value, "low_ms": value * 0.99, "high_ms": value * 1.01})
        return result

    def cell(self, run: Json, trials: list[Json], workload: str, driver: str, offered: Json, model: str) -> Json:
        load, rate = offered["connections"], offered["rate_rps"]
        own = [trial for trial in trials if trial["spec"]["purpose"] == "measure" and trial["spec"]["driver"] == driver
               and (trial["spec"]["model"], trial["spec"]["workload"], trial["spec"]["load"]) == (model, workload, offered)]
        used = [trial for trial in own if trial["validity"] != "invalid"]
        ok = sum(trial["validity"] == "ok" for trial in own)
        reasons: dict[str, int] = {}
        for trial in own:
            for finding in trial["reasons"]:
                reasons[finding["reason"]] = reasons.get(finding["reason"], 0) + 1
        voided = "server_closes" in reasons or "window_too_short" in reasons or not used
        used = [trial for trial in used if trial["validity"] == "ok"] if 2 * ok >= self.repetitions else used
        validity = "invalid" if not used else "ok" if 2 * ok >= self.repetitions else "suspect"
        rates = [trial["result"]["requests"] / trial["result"]["duration_us"] * 1e6 for trial in used]
        throughput = estimate(rates)
        capacity = predicted_rps(model, load)
        predicted = min(capacity, rate or math.inf)
        floor = (D1_MS if rate < capacity else None) if rate else load / predicted * 1e3
        cpu_us = MODELS[model][1]
        note = next(iter(reasons), "no usable trial") if voided else None
        percentiles = {name: None if voided else estimate([percentile(trial, share) for trial in used])
                       for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99))}
        if not voided and load == 1:  # 200 requests: fewer than 20 lie beyond p99
            percentiles["p99"] = None
            note = "p99: fewer than 20 samples lie beyond it"
        return {"model": model, "family": MODELS[model][0], "workload": workload, "driver": driver, "load": offered,
                "repetitions": self.repetitions,
                "repetitions_ok": ok, "indicative": ok < 6, "throughput_rps": throughput,
                "latency_ms": {**percentiles, "p999": None, "mean": None, "max": None, "note": note},
                "latency_quantiles": [] if voided else self.quantiles(used),
                "errors": {kind: 0 for kind in ERRORS},
                "cpu_us_per_request": estimate([cpu_us * self.random.gauss(1, 0.03) for _ in used]),
                "ctx_switches_per_request": estimate([1.5 * self.random.gauss(1, 0.02) for _ in used]),
                "rss_mib": estimate([5 + load / 100 + self.random.gauss(0, 0.01) for _ in used]),
                "threads": 1 if used else None, "goodput_rps": throughput,
                "fairness": {"jain": 0.998 if used else None, "starved": 0 if used else None},
                "predicted": {"throughput_rps": predicted, "capacity_rps": capacity, "latency_ms": floor,
                              "bound_by": "offered" if rate and rate < capacity else
                              "cpu" if predicted >= 1e6 / cpu_us else "clients",
                              "mva_rps": None if rate else predicted * 0.97,
                              "d1_ms": D1_MS, "d_cpu_us": cpu_us,
                              "inputs_from": [name for name in run["order"] if f"-{model}-{workload}-" in name
                                              and name.split("-")[3].endswith((".d1", ".cpu"))]},
                "prediction_note": None,
                "residual_percent": (throughput["estimate"] / predicted - 1) * 100 if throughput else None,
                "validity": validity, "reasons": reasons, "warnings": [], "trials": [trial["id"] for trial in own]}


def second_of(values_ns: list[int], scheduled: int) -> Json:
    buckets: dict[int, int] = {}
    for value in values_ns:
        dropped = value.bit_length() - 3  # all binary digits after the first three
        buckets[value >> dropped << dropped] = buckets.get(value >> dropped << dropped, 0) + 1
    ordered = sorted(values_ns)
    at = {name: ordered[max(1, math.ceil(len(ordered) * share)) - 1] if ordered else None
          for name, share in (("p50_ns", 0.5), ("p99_ns", 0.99), ("max_ns", 1))}
    return {"scheduled": scheduled, "ok": len(ordered), "failed": 0, **at,
            "response_ns": [[lowest, buckets[lowest]] for lowest in sorted(buckets)]}


def trial_id(spec: Json) -> str:
    suffix = {"measure": "", "calibrate_d1": ".d1", "calibrate_cpu": ".cpu"}[spec["purpose"]]
    load = spec["load"]
    name = f"c{load['connections']}{suffix}"
    if load["rate_percent"]:
        name = f"o{load['rate_percent']}p"
    elif load["rate_rps"]:
        name = f"o{load['rate_rps']:.0f}"
    return f"{spec['index']:04}-{spec['model']}-{spec['workload']}-{name}-r{spec['repetition']}"


def percentile(trial: Json, share: float) -> float:
    bins = trial["result"]["latency_us"]
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
    if variant != "few_repetitions":  # one run without: the plan did not ask for it, or nothing could be traced
        (folder / "weave").mkdir()
        for model in maker.models:
            family, _, limit = MODELS[model]
            weave = make_weave(model, family, blocking=limit == 1)
            (folder / "weave" / f"{model}.json").write_text(json.dumps(weave) + "\n", encoding="utf-8")
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
