"""A run as the charts and the page see it: plain values. Figures come from summary.json, the trials give the single
repetitions. charts/load_run.py makes it from the files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from charts import words
from charts.history_data import History
from charts.timeline_data import Second
from charts.weave_data import Weave

VALIDITIES = ("ok", "suspect", "invalid")
PERCENTILES = ("p50", "p90", "p99")
_MEASUREMENT_ID = re.compile(r"\d+-([^-]+)-([^-]+)-c(\d+)-r\d+")  # calibrations have c1.d1 or c64.cpu
MIN_SAMPLES_BEYOND = 20  # a percentile with fewer samples beyond it is not given
ENOUGH_REPETITIONS = 6   # with fewer, a figure is "indicative"


@dataclass(frozen=True)
class Estimate:
    """A figure over repetitions; low and high are None where there are too few for an interval."""

    estimate: float
    low: float | None
    high: float | None

    @property
    def has_interval(self) -> bool:
        return self.low is not None and self.high is not None


@dataclass(frozen=True)
class Prediction:
    throughput_rps: float
    capacity_rps: float         # with every connection busy
    latency_ms: float | None    # open loop: the floor; None at capacity and above
    bound_by: str
    mva_rps: float | None       # closed loop
    d1_ms: float
    d_cpu_us: float
    inputs_from: tuple[str, ...]


@dataclass(frozen=True)
class Quantile:
    """Of a pooled histogram; only where enough samples lie beyond it."""

    quantile: float
    latency_ms: float
    low_ms: float
    high_ms: float


@dataclass(frozen=True)
class Cell:
    """One model, workload and load, over its repetitions."""

    model: str
    family: str
    workload: str
    driver: str
    load_kind: str
    connections: int             # of an open loop: at most
    rate_rps: float | None       # offered by an open loop; None: closed, or not known
    rate_percent: float | None   # the same as a share of the predicted capacity, where it was asked for so
    repetitions: int
    repetitions_ok: int
    indicative: bool
    throughput_rps: Estimate | None
    latency_ms: dict[str, Estimate | None]
    latency_note: str
    quantiles: tuple[Quantile, ...]  # of all usable repetitions together, ascending
    cpu_us_per_request: Estimate | None
    ctx_switches_per_request: Estimate | None
    rss_mib: Estimate | None
    threads: float | None
    errors: dict[str, int]
    predicted: Prediction | None
    prediction_note: str
    residual_percent: float | None
    validity: str
    reasons: dict[str, int]
    warnings: tuple[str, ...]
    trials: tuple[str, ...]

    @property
    def usable(self) -> bool:
        """Its throughput may be drawn and compared."""
        return self.validity != "invalid" and self.throughput_rps is not None

    @property
    def is_open(self) -> bool:
        return self.load_kind == "open"

    @property
    def beyond_capacity(self) -> bool | None:
        """An open loop offers what theory says the server can answer at most, or more; None: there is no prediction."""
        if self.rate_percent is not None:
            return self.rate_percent >= 100
        if self.predicted and self.rate_rps is not None:
            return self.rate_rps >= self.predicted.capacity_rps
        return None

    @property
    def load(self) -> str:
        """'64 connections', '50 % of capacity', '1,000 requests/s'."""
        if not self.is_open:
            return words.counted(self.connections, "connection")
        if self.rate_percent is not None:
            return f"{self.rate_percent:g}\N{NO-BREAK SPACE}% of capacity"
        return f"{words.number(self.rate_rps)} requests/s" if self.rate_rps else "an unknown rate"


@dataclass(frozen=True)
class Search:
    """The highest rate of one model on one workload that kept an objective, over repetitions."""

    model: str
    workload: str
    connections: int
    objective: str
    rate_rps: Estimate | None
    note: str
    met_rps: tuple[float | None, ...]     # by repetition
    missed_rps: tuple[float | None, ...]  # the lowest rate that did not


@dataclass(frozen=True)
class Finding:
    reason: str
    detail: str


@dataclass(frozen=True)
class Warning:
    text: str
    hint: str


@dataclass(frozen=True)
class ServerCounters:
    """A server's own count of itself, from its start to its end."""

    requests: int
    threads_created: int  # beyond the first
    max_in_flight: int


@dataclass(frozen=True)
class Trial:
    """One launch of server, backend and generator."""

    id: str
    model: str
    workload: str
    driver: str
    load_kind: str
    connections: int
    purpose: str
    validity: str
    findings: tuple[Finding, ...]
    warnings: tuple[Warning, ...]
    throughput_rps: float | None
    latency_us: tuple[tuple[int, int], ...] | None  # raw histogram: (value, count), ascending
    latency_lost: int                               # requests that rank above all of it
    wrk_reported_ms: dict[str, float] | None        # percentiles as wrk says them; None: another driver, or no reply
    server: ServerCounters | None  # None: it died, or printed none
    timeline: tuple[Second, ...] = ()  # second by second, the drain too; empty: not kept

    def latency_ms(self, percentile: str) -> float | None:
        """The nearest-rank percentile of the raw histogram; None with fewer than 20 samples beyond it."""
        return self.quantile_ms(int(percentile[1:].ljust(4, "0")))

    def quantile_ms(self, of_10000: int) -> float | None:
        """The same for a share in ten-thousandths: p99 is 9900."""
        if not self.latency_us:
            return None
        total = sum(count for _, count in self.latency_us) + self.latency_lost
        rank = max(1, -(-total * of_10000 // 10000))
        if total - rank < MIN_SAMPLES_BEYOND:
            return None
        seen = 0
        for value, count in self.latency_us:
            seen += count
            if seen >= rank:
                return value / 1000
        return None


@dataclass(frozen=True)
class Model:
    name: str
    family: str
    summary: str


@dataclass(frozen=True)
class Workload:
    name: str
    description: str
    calls_per_request: float
    backend_ms_per_request: float
    source: str


@dataclass(frozen=True)
class Stall:
    """The server is stopped on purpose: so long, once in every interval."""

    every_s: float
    length_s: float


@dataclass(frozen=True)
class Plan:
    name: str
    description: str
    driver: str
    workloads: tuple[str, ...]
    models: tuple[str, ...]
    connections: tuple[int, ...]
    rates: tuple[str, ...]  # of open loops: '1000', '50%'
    stall: Stall | None
    repetitions: int
    warmup_ms: float
    duration_ms: float
    seed: int
    calibration_repetitions: int
    calibration_connections: int


@dataclass(frozen=True)
class Layout:
    pinned: bool
    server: tuple[int, ...]
    backend: tuple[int, ...]
    generator: tuple[int, ...]
    server_cores: int

    @property
    def shared(self) -> bool:
        """Backend and generator share at least one core."""
        return not self.pinned or bool(set(self.backend) & set(self.generator))


@dataclass(frozen=True)
class TrialCounts:
    ok: int
    suspect: int
    invalid: int
    missing: int

    @property
    def planned(self) -> int:
        return self.ok + self.suspect + self.invalid + self.missing


@dataclass(frozen=True)
class Run:
    folder: Path
    id: str
    version: str
    commit: str
    build_type: str
    started_utc: str
    ended_utc: str
    complete: bool
    plan: Plan
    models: tuple[Model, ...]
    skipped: tuple[tuple[str, str], ...]
    workloads: tuple[Workload, ...]
    host: dict[str, str | int]
    software: dict[str, str]
    layout: Layout
    order: tuple[str, ...]
    warnings: tuple[Warning, ...]
    counts: TrialCounts
    cells: tuple[Cell, ...]
    searches: tuple[Search, ...]
    trials: dict[str, Trial]
    weaves: tuple[Weave, ...] = ()  # of the models that were traced
    history: History = History()    # of this machine and plan; empty: none was given

    def cells_of(self, workload: str) -> list[Cell]:
        """The closed loops; of the plan's own driver, where several drivers made the same ones."""
        closed = [cell for cell in self.cells if cell.workload == workload and not cell.is_open]
        own = [cell for cell in closed if cell.driver == self.plan.driver]
        return own or closed

    def open_cells_of(self, workload: str) -> list[Cell]:
        return [cell for cell in self.cells if cell.workload == workload and cell.is_open]

    def measured_workloads(self) -> list[str]:
        """Workloads with at least one closed cell, in the run's order."""
        return [workload.name for workload in self.workloads if self.cells_of(workload.name)]

    def open_workloads(self) -> list[str]:
        """The same of open loops."""
        return [workload.name for workload in self.workloads if self.open_cells_of(workload.name)]

    def unmeasured(self, workload: str) -> list[tuple[str, int]]:
        """(model, connections) of planned cells without any trial: the run was interrupted before them."""
        measured = {(cell.model, cell.connections) for cell in self.cells_of(workload)}
        planned = (_MEASUREMENT_ID.fullmatch(name) for name in self.order)
        found = ((match[1], int(match[3])) for match in planned if match and match[2] == workload)
        return [key for key in dict.fromkeys(found) if key not in measured]

    def repetitions_used(self, cell: Cell) -> int:
        """Launches the cell's figures rest on: the ok ones; of a suspect cell also the suspect ones."""
        if cell.validity == "ok":
            return cell.repetitions_ok
        return sum(trial.validity != "invalid" for trial in self.trials_of(cell))

    def trials_of(self, cell: Cell) -> Iterator[Trial]:
        """The cell's trials that exist; an interrupted run lacks some."""
        return (self.trials[name] for name in cell.trials if name in self.trials)

    def enough_repetitions(self) -> bool:
        sizes = [*map(self.repetitions_used, self.cells), *(len(search.met_rps) for search in self.searches)]
        return bool(sizes) and min(sizes) >= ENOUGH_REPETITIONS
