"""Section 16: what exactly was run, and the box of threats to validity."""

from __future__ import annotations

from collections.abc import Sequence

from charts import words
from charts.run_data import Cell, Run
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
    return [("plan", f"{plan.name}: {plan.description}"),
            ("load", "; ".join(_loads(run)) or f"{plan.driver}, nothing measured"),
            ("trials", f"{words.counted(plan.repetitions, 'repetition')} of each cell, in a seeded random order, "
                       "each with a fresh server and backend; "
                       f"warm-up {plan.warmup_ms:g} ms, window {plan.duration_ms:g} ms; "
                       f"{words.counted(plan.calibration_repetitions, 'calibration trial')} of each kind"),
            ("seed", str(plan.seed))]


def _loads(run: Run) -> list[str]:
    """What was offered, by generator and kind of loop."""
    groups: dict[tuple[str, bool], list[Cell]] = {}
    for cell in run.cells:
        groups.setdefault((cell.driver, cell.is_open), []).append(cell)
    parts = []
    for (driver, is_open), cells in groups.items():
        connections = words.listed([f"{count:,}" for count in sorted({cell.connections for cell in cells})])
        if not is_open:
            parts.append(f"{driver}, closed loop, connections {connections}")
            continue
        shares = sorted({cell.rate_percent for cell in cells if cell.rate_percent is not None})
        rates = sorted({cell.rate_rps for cell in cells if cell.rate_percent is None and cell.rate_rps is not None})
        offered = [f"{words.listed([f'{share:g}' for share in shares])} % of the predicted capacity"] if shares else []
        offered += [f"{words.listed([words.number(rate) for rate in rates])} requests/s"] if rates else []
        parts.append(f"{driver}, open loop, {' and '.join(offered) or 'unknown rates'}, connections at most {connections}")
    for objective, most in sorted({(search.objective, search.connections) for search in run.searches}):
        parts.append(f"open loop, search for the highest rate with {objective}, connections at most {most:,}")
    if run.plan.stall:
        parts.append(f"the server stopped for {run.plan.stall.length_s:g} s in every {run.plan.stall.every_s:g} s")
    return parts


def _host(run: Run) -> list[tuple[str, str]]:
    host = run.host
    return [("host", f"{host.get('hostname')}, {host.get('os')}, Linux {host.get('kernel')}, "
                     f"virtualization: {host.get('virtualization')}"),
            ("processor", f"{host.get('cpu_model')}; {words.counted(host.get('cpus_online', 0), 'CPU')} online, "
                          f"{words.counted(host.get('physical_cores', 0), 'physical core')}; governor: {host.get('governor')}"),
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
        "charged to the sender. Differences between servers stand; absolute numbers do not carry over."]
    if any(trial.driver == "wrk" for trial in run.trials.values()):
        lines.append(
            "wrk adds samples to its latency histogram after a run. That is undone here, exactly and with proof in every "
            "trial; where the proof fails, no latency is given.")
    if any(not cell.is_open for cell in run.cells):
        lines.append(
            "A closed loop waits for each reply before it sends the next request, so a slow server receives less load "
            "(coordinated omission). Latencies of closed loops are those of N patient clients, not those of independent users.")
    if run.open_workloads():
        lines.append(
            "Beyond its capacity a server falls behind for as long as an open loop lasts: latencies there say how long that "
            "was, not what the server is like.")
    lines += [
        "The backend only waits. A real database competes for CPU, memory and locks.",
        "The interval covers the repetitions of this run on this machine. Another boot, kernel or machine may differ "
        "by more."]
    return lines
