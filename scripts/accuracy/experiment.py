"""Runs the programs of an experiment, each on a core of its own where there are two, and reads what they logged."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from processes import Process  # noqa: E402 (needs the path above)

from accuracy.anderson_darling import modified  # noqa: E402
from accuracy.cases import QueueCase, compare, expected_responses  # noqa: E402
from accuracy.records import ExperimentError, SentRequest, read_requests, read_services, served  # noqa: E402

WARMUP_S = 1
DRAIN_S = 30  # a busy machine serves late, but what was sent is served
SLACK_S = 10  # beyond all that: something hangs


@dataclass(frozen=True)
class Machine:
    """Where the two programs run and how they wait: exactly, if each has a core; politely, if they share one."""

    server_prefix: tuple[str, ...]
    load_prefix: tuple[str, ...]
    spin: bool

    @staticmethod
    def choose() -> Machine:
        cpus = sorted(os.sched_getaffinity(0))
        if len(cpus) < 2:
            return Machine((), (), False)
        return Machine(("taskset", "-c", str(cpus[0])), ("taskset", "-c", str(cpus[1])), True)


@dataclass
class Outcome:
    """What is left of one run of the generator."""

    report: dict[str, Any]         # its JSON
    requests: list[SentRequest]
    services: dict[int, int]       # ns by id, as the server logged them


class Laboratory:
    def __init__(self, bins: Path, machine: Machine) -> None:
        for name in ("oracle-server", "interleave-load"):
            if not (bins / name).exists():
                raise ExperimentError(f"{bins / name} does not exist: run `make build` first")
        self.bins = bins
        self.machine = machine

    def run(self, server: list[str], load: list[str], seconds: float, freeze: Freeze | None = None) -> Outcome:
        """One server, one run of the generator against it. Both have ended when this returns."""
        with tempfile.TemporaryDirectory(prefix="interleave-accuracy-") as folder:
            log, requests, report = (Path(folder) / name for name in ("services.csv", "requests.csv", "load.json"))
            spin = ["--spin"] if self.machine.spin else []
            with Process([*self.machine.server_prefix, self.bins / "oracle-server", "--log", log, *spin,
                          *server]) as process:
                url = f"http://127.0.0.1:{process.wait_ready()['port']}/"
                command = [*self.machine.load_prefix, self.bins / "interleave-load", url, "--ids", "query", "--no-probe",
                           "--quiet", "--wait", "hybrid" if self.machine.spin else "block", "--json", report,
                           "--requests", requests, "--warmup", f"{WARMUP_S}s", "--duration", f"{seconds}s", "--drain",
                           f"{DRAIN_S}s", "--deadline", f"{DRAIN_S + seconds}s", *load]
                with Process(command) as generator:
                    if freeze is not None:
                        freeze.apply(process.pid)
                    code = generator.wait(WARMUP_S + seconds + DRAIN_S + SLACK_S)
                    if code != 0:
                        raise ExperimentError(f"interleave-load ended with {code}: {generator.stderr.strip()}")
                process.send_signal(signal.SIGTERM)
                if process.wait() != 0:
                    raise ExperimentError(f"oracle-server failed: {process.stderr.strip()}")
            return Outcome(json.loads(report.read_text(encoding="utf-8")), read_requests(requests), read_services(log))


@dataclass
class Freeze:
    """Stops the server for a while, as a long pause of its runtime would. Times in ns on CLOCK_MONOTONIC."""

    after_s: float
    length_s: float
    begin: int = 0
    end: int = 0

    def apply(self, pid: int) -> None:
        time.sleep(self.after_s)
        self.begin = time.monotonic_ns()
        os.kill(pid, signal.SIGSTOP)
        try:
            time.sleep(self.length_s)
        finally:
            self.end = time.monotonic_ns()
            os.kill(pid, signal.SIGCONT)


def verdict_of(outcome: Outcome) -> dict[str, Any]:
    return {"validity": outcome.report["validity"], "validity_reasons": outcome.report["validity_reasons"]}


def measure_queue(lab: Laboratory, case: QueueCase, seed: int, seconds: float) -> dict[str, Any]:
    """One case once: percentiles of the generator's histogram beside those of the recursion."""
    outcome = lab.run(
        ["--servers", str(case.server_limit), "--service", case.service, "--mean", f"{case.mean_ms}ms", "--seed",
         str(seed)],
        ["--rate", f"{case.rate:.6f}", "--connections", str(case.connections), "--seed", str(seed)], seconds)
    expected = expected_responses(case, served(outcome.requests, outcome.services))
    percentiles = compare(outcome.report["response_time_ns"], expected)
    return {"requests": len(expected), **verdict_of(outcome), "percentiles": percentiles,
            "ok": all(row["ok"] for row in percentiles.values())}


def measure_freeze(lab: Laboratory, seed: int, rate: int = 200, length_s: float = 2.0) -> dict[str, Any]:
    """A server that stands still: every request meant for that time must show the rest of it as its latency."""
    freeze = Freeze(after_s=WARMUP_S + 1.0, length_s=length_s)
    outcome = lab.run(["--servers", "0", "--service", "constant", "--mean", "1ms"],
                      ["--rate", str(rate), "--arrival", "constant", "--connections", "64", "--seed", str(seed)],
                      seconds=length_s + 3, freeze=freeze)
    pairs = served(outcome.requests, outcome.services)
    held = [(request, service) for request, service in pairs
            if request.measured and freeze.begin <= request.intended < freeze.end]
    measured = sorted(request.done - request.intended for request, _ in held)
    expected = sorted(freeze.end - request.intended + service for request, service in held)
    planned = rate * (freeze.end - freeze.begin) / 1e9
    error_ms = max(abs(got - want) for got, want in zip(measured, expected)) / 1e6
    allowed_ms = 0.03 * length_s * 1e3
    return {"requests": len(held), "planned": round(planned, 1), "froze_s": round((freeze.end - freeze.begin) / 1e9, 4),
            **verdict_of(outcome), "longest_ms": round(measured[-1] / 1e6, 3), "shortest_ms": round(measured[0] / 1e6, 3),
            "largest_error_ms": round(error_ms, 3), "allowed_ms": allowed_ms,
            "ok": abs(len(held) - planned) <= 1 and error_ms <= allowed_ms}


def measure_gaps(lab: Laboratory, seed: int, rate: int = 200, gaps: int = 2000) -> dict[str, Any]:
    """Are the gaps between requests, as they really left, those of a Poisson process?"""
    seconds = gaps / rate * 1.2 + 1  # a margin of 20 standard deviations
    outcome = lab.run(["--servers", "0", "--service", "constant", "--mean", "1ms"],
                      ["--rate", str(rate), "--connections", "64", "--seed", str(seed)], seconds)
    result: dict[str, Any] = {"gaps": gaps, **verdict_of(outcome)}
    for name in ("intended", "sent"):
        times = sorted(getattr(request, name) for request in outcome.requests if request.measured)[:gaps + 1]
        if len(times) <= gaps:
            raise ExperimentError(f"only {len(times)} requests in {seconds} s")
        # Two sends in the same nanosecond cannot be; two intended times may round to the same.
        result[f"a2_{name}"] = round(modified([max(1, after - before) for before, after in zip(times, times[1:])]), 4)
    return result
