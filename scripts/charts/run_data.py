"""A run as the charts and the page see it: run.json, summary.json and trials/*.json, checked and typed.

`load_run(folder)` is the only entry. It raises RunError with one line where a file is missing, of another
schema_version or not what the schema says. Figures come from summary.json; the trials give the single repetitions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from charts.json_reader import Reader, RunError, read_json

SCHEMA_VERSION = 1
VALIDITIES = ("ok", "suspect", "invalid")
PERCENTILES = ("p50", "p90", "p99")
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
    latency_ms: float
    bound_by: str
    mva_rps: float
    d1_ms: float
    d_cpu_us: float
    inputs_from: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """One model, workload and load, over its repetitions."""

    model: str
    family: str
    workload: str
    driver: str
    load_kind: str
    connections: int
    repetitions: int
    repetitions_ok: int
    indicative: bool
    throughput_rps: Estimate | None
    latency_ms: dict[str, Estimate | None]
    latency_note: str
    cpu_us_per_request: Estimate | None
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


@dataclass(frozen=True)
class Finding:
    reason: str
    detail: str


@dataclass(frozen=True)
class Warning:
    text: str
    hint: str


@dataclass(frozen=True)
class Trial:
    """One launch of server, backend and generator."""

    id: str
    model: str
    workload: str
    connections: int
    purpose: str
    validity: str
    findings: tuple[Finding, ...]
    warnings: tuple[Warning, ...]
    throughput_rps: float | None
    latency_us: tuple[tuple[int, int], ...] | None  # raw histogram: (value, count), ascending

    def latency_ms(self, percentile: str) -> float | None:
        """The nearest-rank percentile of the raw histogram; None with fewer than 20 samples beyond it."""
        if not self.latency_us:
            return None
        total = sum(count for _, count in self.latency_us)
        per_mille = int(percentile[1:].ljust(3, "0"))
        rank = max(1, -(-total * per_mille // 1000))
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
class Plan:
    name: str
    description: str
    driver: str
    workloads: tuple[str, ...]
    models: tuple[str, ...]
    connections: tuple[int, ...]
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
    trials: dict[str, Trial]

    def cells_of(self, workload: str) -> list[Cell]:
        return [cell for cell in self.cells if cell.workload == workload]

    def measured_workloads(self) -> list[str]:
        """Workloads with at least one cell, in the run's order."""
        return [workload.name for workload in self.workloads if self.cells_of(workload.name)]

    def trials_of(self, cell: Cell) -> Iterator[Trial]:
        """The cell's trials that exist; an interrupted run lacks some."""
        return (self.trials[name] for name in cell.trials if name in self.trials)

    def enough_repetitions(self) -> bool:
        return bool(self.cells) and not any(cell.indicative for cell in self.cells)


def load_run(folder: Path) -> Run:
    if not folder.is_dir():
        raise RunError(f"{folder}: no such folder: give the folder of a run, such as results/latest")
    run_file = folder / "run.json"
    if not run_file.is_file():
        raise RunError(f"{run_file}: no such file: '{folder}' is not the folder of a run, or it never began")
    run = read_json(run_file, SCHEMA_VERSION)
    summary_file = folder / "summary.json"
    if not summary_file.is_file():
        raise RunError(f"{summary_file}: no such file: run 'interleave summarize {folder}' first")
    summary = read_json(summary_file, SCHEMA_VERSION)
    if summary.object("run").text("id") != run.text("id"):
        raise RunError(f"{summary_file}: belongs to run '{summary.object('run').text('id')}': "
                       f"run 'interleave summarize {folder}' again")
    trials = [_trial(read_json(path, SCHEMA_VERSION)) for path in sorted((folder / "trials").glob("*.json"))]
    return _run(folder, run, summary, {trial.id: trial for trial in trials})


def _run(folder: Path, run: Reader, summary: Reader, trials: dict[str, Trial]) -> Run:
    counts = summary.object("run").object("trials")
    return Run(
        folder=folder,
        id=run.text("id"),
        version=run.text("version"),
        commit=run.text("commit"),
        build_type=run.text("build_type"),
        started_utc=run.text("started_utc"),
        ended_utc=run.text("ended_utc", ""),
        complete=run.flag("complete"),
        plan=_plan(run.object("plan")),
        models=tuple(Model(m.text("name"), m.text("family"), m.text("summary")) for m in run.objects("models")),
        skipped=tuple((s.text("model"), s.text("reason")) for s in run.objects("skipped")),
        workloads=tuple(_workload(w) for w in run.objects("workloads")),
        host=run.mapping("host", (str, int)),
        software=run.mapping("software", (str,)),
        layout=_layout(run.object("layout")),
        order=tuple(run.list_of("order", str)),
        warnings=_warnings(run),
        counts=TrialCounts(**{name: counts.integer(name) for name in ("ok", "suspect", "invalid", "missing")}),
        cells=tuple(_cell(cell) for cell in summary.objects("cells")),
        trials=trials)


def _plan(plan: Reader) -> Plan:
    calibration = plan.object("calibration")
    return Plan(
        name=plan.text("name"),
        description=plan.text("description"),
        driver=plan.text("driver"),
        workloads=tuple(plan.list_of("workloads", str)),
        models=tuple(plan.list_of("models", str)),
        connections=tuple(plan.list_of("connections", int)),
        repetitions=plan.integer("repetitions"),
        warmup_ms=plan.integer("warmup_ns") / 1e6,
        duration_ms=plan.integer("duration_ns") / 1e6,
        seed=plan.integer("seed"),
        calibration_repetitions=calibration.integer("repetitions"),
        calibration_connections=calibration.integer("cpu_connections"))


def _workload(workload: Reader) -> Workload:
    return Workload(workload.text("name"), workload.text("description"), workload.number("calls_per_request"),
                    workload.number("backend_ms_per_request"), workload.text("source"))


def _layout(layout: Reader) -> Layout:
    cpus = {role: tuple(layout.list_of(role, int)) for role in ("server", "backend", "generator")}
    return Layout(pinned=layout.flag("pinned"), server_cores=layout.integer("server_cores"), **cpus)


def _warnings(holder: Reader) -> tuple[Warning, ...]:
    return tuple(Warning(w.text("text"), w.text("hint")) for w in holder.objects("warnings"))


def _estimate(value: Reader | None) -> Estimate | None:
    if value is None:
        return None
    return Estimate(value.number("estimate"), value.optional_number("low"), value.optional_number("high"))


def _prediction(value: Reader | None) -> Prediction | None:
    if value is None:
        return None
    return Prediction(value.number("throughput_rps"), value.number("latency_ms"), value.text("bound_by"),
                      value.number("mva_rps"), value.number("d1_ms"), value.number("d_cpu_us"),
                      tuple(value.list_of("inputs_from", str)))


def _validity(holder: Reader) -> str:
    validity = holder.text("validity")
    if validity not in VALIDITIES:
        raise RunError(f"{holder.where} validity: '{validity}' is none of {', '.join(VALIDITIES)}")
    return validity


def _cell(cell: Reader) -> Cell:
    load = cell.object("load")
    latency = cell.object("latency_ms")
    return Cell(
        model=cell.text("model"),
        family=cell.text("family"),
        workload=cell.text("workload"),
        driver=cell.text("driver"),
        load_kind=load.text("kind"),
        connections=load.integer("connections"),
        repetitions=cell.integer("repetitions"),
        repetitions_ok=cell.integer("repetitions_ok"),
        indicative=cell.flag("indicative"),
        throughput_rps=_estimate(cell.optional_object("throughput_rps")),
        latency_ms={name: _estimate(latency.optional_object(name)) for name in PERCENTILES},
        latency_note=latency.text("note", ""),
        cpu_us_per_request=_estimate(cell.optional_object("cpu_us_per_request")),
        errors=cell.mapping("errors", (int,)),
        predicted=_prediction(cell.optional_object("predicted")),
        prediction_note=cell.text("prediction_note", ""),
        residual_percent=cell.optional_number("residual_percent"),
        validity=_validity(cell),
        reasons=cell.mapping("reasons", (int,)),
        warnings=tuple(cell.list_of("warnings", str)),
        trials=tuple(cell.list_of("trials", str)))


def _trial(trial: Reader) -> Trial:
    spec = trial.object("spec")
    wrk = trial.optional_object("wrk")
    throughput = None
    latency = None
    if wrk is not None:
        if wrk.integer("duration_us") > 0 and wrk.integer("requests") > 0:
            throughput = wrk.integer("requests") / wrk.integer("duration_us") * 1e6
        if not wrk.is_null("raw_us"):
            latency = tuple(wrk.pairs("raw_us"))
    return Trial(
        id=trial.text("id"),
        model=spec.text("model"),
        workload=spec.text("workload"),
        connections=spec.object("load").integer("connections"),
        purpose=spec.text("purpose"),
        validity=_validity(trial),
        findings=tuple(Finding(f.text("reason"), f.text("detail")) for f in trial.objects("reasons")),
        warnings=_warnings(trial),
        throughput_rps=throughput,
        latency_us=latency)
