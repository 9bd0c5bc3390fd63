"""Writes the history of a synthetic run's machine: what `interleave history add` would keep of several commits."""

from __future__ import annotations

import json
import random
from pathlib import Path

FIGURES = {"cpu_us_per_request": lambda cell: cell["cpu_us_per_request"],
           "ctx_switches_per_request": lambda cell: cell["ctx_switches_per_request"],
           "p50_ms": lambda cell: cell["latency_ms"]["p50"], "p99_ms": lambda cell: cell["latency_ms"]["p99"],
           "throughput_rps": lambda cell: cell["throughput_rps"]}


def fingerprint(machine: dict) -> str:
    """As harness/history/history_entry.cpp: FNV-1a over the facts, a line each."""
    facts = ("cpu_model", "cpus_online", "physical_cores", "memory_gib", "os", "kernel", "virtualization", "governor", "pinned",
             "server_cores", "build_type", "compiler", "flags")
    found = 0xCBF29CE484222325
    for byte in "".join(f"{int(value) if isinstance(value, bool) else value}\n" for value in map(machine.get, facts)).encode():
        found = (found ^ byte) * 0x100000001B3 % 2**64
    return f"{found:016x}"


def line(run: dict, summary: dict, number: int, slower: dict[str, float], noise: random.Random) -> dict:
    """The run as commit number so many; `slower`: factors of the CPU time, by model."""
    cells = []
    for cell in summary["cells"]:
        figures = {name: dict(of(cell)) for name, of in FIGURES.items() if of(cell)}
        for name, value in figures.items():
            factor = noise.gauss(1, 0.012) * (slower.get(cell["model"], 1) if name == "cpu_us_per_request" else 1)
            middle = value["estimate"] * factor
            value.update(estimate=middle, low=0.98 * middle, high=1.02 * middle)
        cells.append({**{name: cell[name] for name in ("model", "workload", "driver", "load", "validity")},
                      "launches": cell["repetitions_ok"], "figures": figures})
    host, software = run["host"], run["software"]
    machine = {**{name: host[name] for name in ("cpu_model", "cpus_online", "physical_cores", "os", "kernel",
                                                "virtualization", "governor")},
               "memory_gib": (host["memory_mib"] + 512) // 1024,
               "pinned": run["layout"]["pinned"], "server_cores": run["layout"]["server_cores"],
               "build_type": run["build_type"], "compiler": software["compiler"], "flags": "unknown"}
    machine["fingerprint"] = fingerprint(machine)
    return {"schema_version": 1, "commit": f"{0xABC123456789 + number * 0x135713571357:012x}"[-12:],
            "started_utc": f"2026-01-{number + 1:02}T12:00:00Z", "source": f"run-{number}", "hostname": host["hostname"],
            "machine": machine,
            "conditions": {"plan": run["plan"]["name"], "warmup_ns": run["plan"]["warmup_ns"],
                           "duration_ns": run["plan"]["duration_ns"]},
            "cells": cells}


def make_history(folder: Path, file: Path, commits: int = 8, step_at: int | None = None, seed: int = 1) -> Path:
    """`step_at`: from that commit on libuv_loop needs 15 % more CPU time."""
    run, summary = (json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in ("run", "summary"))
    noise = random.Random(seed)
    lines = [line(run, summary, number, {"libuv_loop": 1.15} if step_at is not None and number >= step_at else {}, noise)
             for number in range(commits)]
    file.write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")
    return file
