"""Section 16: what exactly was run, and the box of threats to validity."""

from __future__ import annotations

from collections.abc import Sequence

from charts import words
from charts.run_data import Run
from charts.table import Table, text
from report.commands import measure_again
from report.section import Section


def conditions(run: Run) -> Section:
    plan = run.plan
    answer = (f"Plan '{plan.name}' with seed {plan.seed} on {run.host.get('hostname', 'unknown')}, "
              f"commit {run.commit}, {run.build_type} build, started {run.started_utc}"
              f"{', ended ' + run.ended_utc if run.ended_utc else ', not finished'}.")
    section = Section(16, "What exactly was run?", answer, command=measure_again(run))
    section.facts = [*_plan(run), *_host(run), *_layout(run),
                     ("software", ", ".join(f"{name} {version}" for name, version in sorted(run.software.items()))),
                     ("Interleave", f"{run.version}, commit {run.commit}, {run.build_type} build"), ("run", run.id)]
    models = Table(["server", "family", "what it is"], caption="Servers")
    models.rows = [[text(model.name), text(model.family), text(model.summary)] for model in run.models]
    section.tables.append(models)
    section.listings = [(f"Workload {workload.name}: {workload.description}", workload.source)
                        for workload in run.workloads]
    return section


def _plan(run: Run) -> list[tuple[str, str]]:
    plan = run.plan
    loads = words.listed([f"{load:,}" for load in plan.connections]) or "what each workload asks for"
    return [("plan", f"{plan.name}: {plan.description}"),
            ("load", f"{plan.driver}, closed loop, connections {loads}"),
            ("trials", f"{words.counted(plan.repetitions, 'repetition')} of each cell, in a seeded random order, "
                       "each with a fresh server and backend; "
                       f"warm-up {plan.warmup_ms:g} ms, window {plan.duration_ms:g} ms; "
                       f"{words.counted(plan.calibration_repetitions, 'calibration trial')} of each kind"),
            ("seed", str(plan.seed))]


def _host(run: Run) -> list[tuple[str, str]]:
    host = run.host
    return [("host", f"{host.get('hostname')}, {host.get('os')}, Linux {host.get('kernel')}, "
                     f"virtualization: {host.get('virtualization')}"),
            ("processor", f"{host.get('cpu_model')}; {host.get('cpus_online')} CPUs online, "
                          f"{host.get('physical_cores')} physical cores; governor: {host.get('governor')}"),
            ("memory", f"{host.get('memory_mib'):,} MiB"),
            ("open files", f"at most {host.get('open_files_limit'):,} per process")]


def _layout(run: Run) -> list[tuple[str, str]]:
    layout = run.layout
    if not layout.pinned:
        return [("cores", "not pinned: the kernel placed the processes")]
    return [("cores", "; ".join(f"{role}: {words.listed([str(cpu) for cpu in cpus]) or 'not pinned'}"
                                for role, cpus in (("server", layout.server), ("backend", layout.backend),
                                                   ("generator", layout.generator))))]


def threats(run: Run) -> Sequence[str]:
    """What may be wrong with conclusions from this run, even if every trial is ok."""
    lines = []
    if run.layout.shared:
        lines.append("Backend and load generator share a core. Near its limit the backend answers late and the "
                     "generator reads late; both are checked in every trial, but small effects remain.")
    lines += [
        "Everything runs on one machine over loopback: there is no network, and part of the cost of receiving is "
        "charged to the sender. Differences between servers stand; absolute numbers do not carry over.",
        "wrk adds samples to its latency histogram after a run. That is undone here, exactly and with proof in every "
        "trial; where the proof fails, no latency is given.",
        "A closed loop waits for each reply before it sends the next request, so a slow server receives less load "
        "(coordinated omission). Latencies here are those of N patient clients, not those of independent users.",
        "The backend only waits. A real database competes for CPU, memory and locks.",
        "The interval covers the repetitions of this run on this machine. Another boot, kernel or machine may differ "
        "by more."]
    return lines
