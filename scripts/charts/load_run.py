"""Reads the folder of a run: run.json, summary.json, trials/*.json and weave/*.json, checked and typed.

`load_run(folder)` is the only entry, with the history of the machine where one is given. It raises RunError with one line
where a file is missing, of another schema_version or not what the schema says.
"""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from charts.history_data import load_history
from charts.json_reader import Reader, RunError, read_json
from charts.level_changes import BUILT
from charts.run_data import (PERCENTILES, VALIDITIES, Cell, Estimate, Finding, Layout, Model, Plan, Prediction, Quantile, Run,
                             Search, ServerCounters, Stall, Trial, TrialCounts, Warning, Workload)
from charts.timeline_data import load_timeline
from charts.weave_data import load_weaves

SCHEMA_VERSION = 2


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", type=Path, metavar="RUN", help="folder of a run, such as results/latest")
    parser.add_argument("--history", type=Path, metavar="FILE",
                        help="a history of the run's machine (results/history.ndjson): figure S15")
    parser.add_argument("--interleave", type=Path, metavar="PROGRAM",
                        help="finds where a level changed in it (default: that of make build; not marked where there is none)")


def load_asked_run(options: argparse.Namespace) -> Run:
    return load_run(options.run, options.history, options.interleave or (BUILT if BUILT.exists() else None))


def load_run(folder: Path, history: Path | None = None, interleave: Path | None = None) -> Run:
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
    made = _run(folder, run, summary, {trial.id: trial for trial in trials})
    return dataclasses.replace(made, history=load_history(history, run, interleave)) if history else made


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
        searches=tuple(_search(search) for search in summary.objects("searches")),
        trials=trials,
        weaves=load_weaves(folder, [model.text("name") for model in run.objects("models")]))


def _plan(plan: Reader) -> Plan:
    calibration = plan.object("calibration")
    return Plan(
        name=plan.text("name"),
        description=plan.text("description"),
        driver=plan.text("driver"),
        workloads=tuple(plan.list_of("workloads", str)),
        models=tuple(plan.list_of("models", str)),
        connections=tuple(plan.list_of("connections", int)),
        rates=tuple(plan.list_of("rates", str)),
        stall=_stall(plan.optional_object("stall")),
        repetitions=plan.integer("repetitions"),
        warmup_ms=plan.integer("warmup_ns") / 1e6,
        duration_ms=plan.integer("duration_ns") / 1e6,
        seed=plan.integer("seed"),
        calibration_repetitions=calibration.integer("repetitions"),
        calibration_connections=calibration.integer("cpu_connections"))


def _search(search: Reader) -> Search:
    repetitions = search.objects("repetitions")
    return Search(search.text("model"), search.text("workload"), search.integer("connections"),
                  search.text("objective"), _estimate(search.optional_object("rate_rps")), search.text("note", ""),
                  tuple(one.optional_number("met_rps") for one in repetitions),
                  tuple(one.optional_number("missed_rps") for one in repetitions))


def _stall(stall: Reader | None) -> Stall | None:
    return Stall(stall.integer("every_ns") / 1e9, stall.integer("length_ns") / 1e9) if stall else None


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
    return Prediction(value.number("throughput_rps"), value.number("capacity_rps"),
                      value.optional_number("latency_ms"), value.text("bound_by"),
                      value.optional_number("mva_rps"), value.number("d1_ms"), value.number("d_cpu_us"),
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
        rate_rps=load.optional_number("rate_rps"),
        rate_percent=load.optional_number("rate_percent"),
        repetitions=cell.integer("repetitions"),
        repetitions_ok=cell.integer("repetitions_ok"),
        indicative=cell.flag("indicative"),
        throughput_rps=_estimate(cell.optional_object("throughput_rps")),
        latency_ms={name: _estimate(latency.optional_object(name)) for name in PERCENTILES},
        latency_note=latency.text("note", ""),
        quantiles=tuple(Quantile(q.number("quantile"), q.number("latency_ms"), q.number("low_ms"), q.number("high_ms"))
                        for q in cell.objects("latency_quantiles")),
        cpu_us_per_request=_estimate(cell.optional_object("cpu_us_per_request")),
        ctx_switches_per_request=_estimate(cell.optional_object("ctx_switches_per_request")),
        rss_mib=_estimate(cell.optional_object("rss_mib")),
        threads=cell.optional_number("threads"),
        errors=cell.mapping("errors", (int,)),
        predicted=_prediction(cell.optional_object("predicted")),
        prediction_note=cell.text("prediction_note", ""),
        residual_percent=cell.optional_number("residual_percent"),
        validity=_validity(cell),
        reasons=cell.mapping("reasons", (int,)),
        warnings=tuple(cell.list_of("warnings", str)),
        trials=tuple(cell.list_of("trials", str)))


def _counters(value: Reader | None) -> ServerCounters | None:
    if value is None:
        return None
    return ServerCounters(value.integer("requests"), value.integer("threads_created"), value.integer("max_in_flight"))


def _trial(trial: Reader) -> Trial:
    spec = trial.object("spec")
    result = trial.optional_object("result")
    throughput = None
    latency = None
    lost = 0
    reported = None
    timeline = ()
    if result is not None:
        if result.integer("duration_us") > 0 and result.integer("requests") > 0:
            throughput = result.integer("requests") / result.integer("duration_us") * 1e6
        if not result.is_null("latency_us"):
            latency = tuple(result.pairs("latency_us"))
        lost = result.integer("latency_lost")
        reported = _wrk_reported(result.optional_object("wrk"))
        timeline = load_timeline(result.optional_object("interleave"))
    return Trial(
        id=trial.text("id"),
        model=spec.text("model"),
        workload=spec.text("workload"),
        driver=spec.text("driver"),
        load_kind=spec.object("load").text("kind"),
        connections=spec.object("load").integer("connections"),
        purpose=spec.text("purpose"),
        validity=_validity(trial),
        findings=tuple(Finding(f.text("reason"), f.text("detail")) for f in trial.objects("reasons")),
        warnings=_warnings(trial),
        throughput_rps=throughput,
        latency_us=latency,
        server=_counters(trial.optional_object("server_final")),
        latency_lost=lost,
        wrk_reported_ms=reported,
        timeline=timeline)


def _wrk_reported(wrk: Reader | None) -> dict[str, float] | None:
    said = wrk.optional_object("latency_wrk_reported") if wrk else None
    if said is None:
        return None
    return {name: said.number(f"{name}_us") / 1000 for name in ("p50", "p90", "p99", "p999")}
