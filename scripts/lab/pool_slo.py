"""Exercise: the smallest pool that meets an objective, measured by bisection with short trials."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from charts import words
from charts.load_run import load_run
from lab.answers import Question, positive_integer
from lab.errors import LabError
from lab.exercise import Exercise, Measured, Row
from lab.objective import Objective, parse_objective
from lab.figures import PoolPoint, pool_chart
from lab.programs import Programs, progress

MODEL = "thread_pool"
WORKLOAD, WAIT_MS = "one_call", 10.0
MOST_CONNECTIONS = 256
CONFIRMATIONS = 3   # launches of the size found and of the one below
MOST_STEPS = 3      # upwards, where the size found does not hold
_PLAN = """name = "{name}"
description = "one size of the pool"
workloads = ["{workload}"]
models = ["{model}"]
connections = [{connections}]
repetitions = {launches}
warmup = "200ms"
duration = "{duration_ms}ms"
seed = 1
[calibration]
repetitions = 0
cpu_connections = 1
"""


def theory(connections: int, limit_ms: float) -> tuple[int, int]:
    """The sizes between which theory expects the smallest: by Little's law for the mean (C x S / P below the limit), and
    for the last in a line that moves in whole rounds (ceil(C / P) x S below the limit)."""
    mean = math.floor(connections * WAIT_MS / limit_ms) + 1
    rounds = max(1, math.ceil(limit_ms / WAIT_MS) - 1)
    return min(mean, connections), min(max(mean, math.ceil(connections / rounds)), connections)


class Bracket(NamedTuple):
    smallest: int | None  # that kept the objective; None: none did
    below: int            # the largest size tried below it; 0: there is none


def bisect(measure: Callable[[int, int], float], most: int, limit_ms: float) -> Bracket:
    """The smallest size whose latency (of `measure(size, launches)`) is below the limit, found by single launches and then
    confirmed with several: the size must hold, and the one below must not."""
    low, high = 0, most
    if measure(most, 1) >= limit_ms:
        return Bracket(None, most)
    while high - low > 1:
        middle = (low + high) // 2
        if measure(middle, 1) < limit_ms:
            high = middle
        else:
            low = middle
    for _ in range(MOST_STEPS):
        if measure(high, CONFIRMATIONS) < limit_ms or high == most:
            break
        high += 1
    for _ in range(MOST_STEPS):
        if high == 1 or measure(high - 1, CONFIRMATIONS) >= limit_ms:
            break
        high -= 1
    return Bracket(high, high - 1)


class PoolTrials:
    """Measures sizes of the pool; remembers every launch."""

    def __init__(self, programs: Programs, folder: Path, connections: int, objective: Objective) -> None:
        self._programs, self._folder = programs, folder
        self._connections, self._objective = connections, objective
        self._runs = 0
        self._launches: dict[int, list[float]] = {}

    def measure(self, workers: int, launches: int) -> float:
        """The median of all launches of this size so far, of at least so many: the latency that the objective limits."""
        have = self._launches.setdefault(workers, [])
        if len(have) < launches:
            have += self._run(workers, launches - len(have))
            progress(f"  {words.counted(workers, 'worker')}: {self._objective.percentile} "
                     f"{', '.join(map(words.number, have))} ms")
        return statistics.median(have)

    def points(self) -> list[PoolPoint]:
        return [PoolPoint(workers, tuple(values)) for workers, values in sorted(self._launches.items())]

    def _run(self, workers: int, launches: int) -> list[float]:
        self._runs += 1
        out = self._folder / "runs" / f"{self._runs:02}-pool-{workers}"
        out.parent.mkdir(exist_ok=True)
        name = f"pool_{workers}"
        plan = self._folder / f"lab_{name}_{launches}.toml"
        plan.write_text(_PLAN.format(name=plan.stem, workload=WORKLOAD, model=name, connections=self._connections,
                                     launches=launches, duration_ms=self._objective.window_ms(workers, WAIT_MS)), encoding="utf-8")
        self._programs.call(["run", "--plan", plan, "--variant", f"{name}={MODEL} --threads {workers}", "--quiet", "--out", out],
                            allowed=(0, 4))
        trials = load_run(out).trials.values()
        values = [trial.latency_ms(self._objective.percentile) for trial in trials if trial.validity != "invalid"]
        if len(values) < launches or None in values:
            why = next((finding.reason for trial in trials if trial.validity == "invalid" for finding in trial.findings),
                       f"too few requests for a {self._objective.percentile}")
            raise LabError(f"{words.counted(workers, 'worker')}: not measured properly ({why}): try again when the "
                           "machine is quiet", 4)
        return values


class PoolSlo(Exercise):
    name = "pool"
    title = "The smallest pool that meets an objective"
    explain = "How long does a request stand in line, with that many workers for that many clients?"

    def __init__(self, connections: int, objective: str) -> None:
        if not 2 <= connections <= MOST_CONNECTIONS:
            raise LabError(f"--connections {connections}: want 2 to {MOST_CONNECTIONS}")
        self._objective = parse_objective(objective)
        if self._objective.limit_ms <= WAIT_MS:
            raise LabError(f"--objective '{objective}': a request alone takes {WAIT_MS:g} ms: want more")
        self._connections = connections
        self.parameters = {"connections": connections, "objective": self._objective.text}
        self.question = (
            f"{words.counted(connections, 'client')} ask all the time, each for its next request as soon as the last is answered. A "
            f"request waits {WAIT_MS:g} ms for the backend and holds its worker meanwhile. {self._objective.share} of 100 shall "
            f"be answered in less than {self._objective.limit_ms:g} ms.")
        self.questions = (Question("workers", "How many workers are the fewest that will do?", positive_integer),)
        self.transfer_text = f"Twice as many clients, {2 * connections}, and the same objective (from theory alone)."
        self.transfer = Question("transfer", "How many workers now?", positive_integer)

    def measure(self, programs: Programs, folder: Path, prediction: dict[str, Any]) -> Measured:
        trials = PoolTrials(programs, folder, self._connections, self._objective)
        limit = self._objective.limit_ms
        you = prediction["workers"]
        bracket = bisect(trials.measure, self._connections, limit)
        if you <= self._connections:
            trials.measure(you, 1)
        low, high = theory(self._connections, limit)
        found = str(bracket.smallest) if bracket.smallest else f"none up to {self._connections}"
        title = (f"{bracket.smallest} workers are the fewest that keep {self._objective.text}; you said {you}"
                 if bracket.smallest else f"No pool of up to {self._connections} workers kept {self._objective.text} here")
        rows = [Row("smallest pool", str(you), _range(low, high), found, self._verdict(you, bracket))]
        explanation = (
            f"{self._connections} requests are always at work or in line, and a worker answers one in {WAIT_MS:g} ms. So the mean "
            f"is {self._connections} x {WAIT_MS:g} / workers: {low} keep it below {limit:g} ms. The line moves in rounds, though, "
            f"and who waits for one round more is among the slowest: up to {high} may be needed.")
        points = trials.points()
        values = {"smallest": bracket.smallest, "largest_that_missed": bracket.below, "theory": [low, high],
                  "launches": [{"workers": point.workers, "latency_ms": list(point.latency_ms)} for point in points]}
        return Measured(values, rows, pool_chart(points, title, self._objective, you, (low, high)), explanation)

    def _verdict(self, you: int, bracket: Bracket) -> str:
        if bracket.smallest is None:
            return "nothing to compare with"
        if you == bracket.smallest:
            return "exactly"
        return f"{words.counted(abs(you - bracket.smallest), 'worker')} too {'many' if you > bracket.smallest else 'few'}"

    def check_transfer(self, programs: Programs, folder: Path, answer: Any) -> Row:
        low, high = theory(2 * self._connections, self._objective.limit_ms)
        return Row(f"{2 * self._connections} clients: smallest pool", str(answer), _range(low, high), "not run",
                   "as theory says" if low <= answer <= high else "not as theory says")


def _range(low: int, high: int) -> str:
    return str(low) if low == high else f"{low} to {high}"
