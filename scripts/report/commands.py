"""The commands that make a run, or a part of its page, again."""

from __future__ import annotations

import shlex
import tomllib

from charts.run_data import Run


def _duration(ms: float) -> str:
    return f"{ms / 1000:g}s" if ms >= 1000 else f"{ms:g}ms"


def _own_service(run: Run) -> list[str]:
    """The options of a run whose workload was given by its numbers; its file is in the run's folder only."""
    sources = [workload.source for workload in run.workloads if workload.name == "custom"]
    if list(run.plan.workloads) != ["custom"] or not sources:
        return []
    workload = tomllib.loads(sources[0])
    steps = workload["route"][0]["steps"]
    waits = [service["latency"]["constant"] for service in workload.get("services", {}).values()]
    words = [word for wait in waits for word in ("--wait", wait)]
    return words + [word for step in steps if "cpu" in step for word in ("--cpu", step["cpu"])]


def measure_again(run: Run) -> str:
    plan = run.plan
    words = ["build/release/bin/interleave", "run", "--plan", plan.name]
    words += _own_service(run)
    named = () if _own_service(run) else plan.workloads
    for option, values in (("--workloads", named), ("--models", plan.models), ("--connections", plan.connections),
                           ("--rates", plan.rates)):
        if values:
            words += [option, ",".join(map(str, values))]
    words += ["--repetitions", str(plan.repetitions), "--warmup", _duration(plan.warmup_ms),
              "--duration", _duration(plan.duration_ms), "--seed", str(plan.seed)]
    if not run.layout.pinned:
        words.append("--no-pin")
    elif run.layout.server != (0,):
        words += ["--server-cpus", ",".join(map(str, run.layout.server))]
    commit = run.commit.removesuffix("-modified")
    return f"git checkout {shlex.quote(commit)}\nmake build\n{shlex.join(words)}"


def draw_again(run: Run, figure: str) -> str:
    return f"scripts/charts/main.py {shlex.quote('results/' + run.id)} --only {figure}"


def summarize_again(run: Run) -> str:
    return f"build/release/bin/interleave summarize {shlex.quote('results/' + run.id)}"
