"""Section 0: can the reader trust this run? The worst problem first, in words, with what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from charts import reasons, words
from charts.run_data import ENOUGH_REPETITIONS, Cell, Run, Trial
from charts.table import Table, count, text
from report.commands import summarize_again
from report.overload import Overload, overload_of
from report.section import Badge, Section

Load = tuple[str, float]  # what a load is counted in, and how much of it

MOSTLY = 0.9  # with fewer trials valid, the run as a whole is not to be used
_GENERATORS = ("generator_suspect", "generator_bound")


@dataclass(frozen=True)
class Problem:
    severity: int  # 0 worst
    trials: int
    what: str
    detail: str  # of the first trial
    where: str
    means: str
    hint: str


_MEANS = ("not used", "shown hollow, not ranked", "throughput stands, latency is not given")
_ON_PURPOSE = 3  # severity: after all that was not wanted


def problems(run: Run) -> list[Problem]:
    """By reason, the worst and most frequent first. A trial counts once for each of its reasons."""
    found = _by_reason(run, overload_of(run))
    if run.counts.missing:
        found.append(Problem(0, run.counts.missing, what="the run was not finished", detail="",
                             where="trials that never ran", means="missing", hint="go on with: interleave run --resume RUN"))
    return sorted(found, key=lambda problem: (problem.severity, -problem.trials, problem.what))


def _by_reason(run: Run, overload: Overload) -> list[Problem]:
    trials: dict[tuple[str, bool], list[str]] = {}
    places: dict[tuple[str, bool], dict[str, set[Load]]] = {}
    details: dict[tuple[str, bool], str] = {}
    cells = {name: cell for cell in run.cells for name in cell.trials}
    for trial in run.trials.values():
        for finding in trial.findings:
            key = (finding.reason, finding.reason == "overload" and trial.id in overload.asked)
            trials.setdefault(key, []).append(trial.id)
            places.setdefault(key, {}).setdefault(f"{trial.model}, {trial.workload}", set()).add(
                _load_of(trial, cells.get(trial.id)))
            details.setdefault(key, finding.detail)
    found = []
    for (reason, on_purpose), names in trials.items():
        key = (reason, on_purpose)
        where = "; ".join(f"{place} {_loads_in_words(loads)}" for place, loads in sorted(places[key].items()))
        if on_purpose:
            found.append(Problem(_ON_PURPOSE, len(names), f"on purpose: {reasons.what(reason)}", details[key], where,
                                 "the result: shown as a cross, not ranked", "none needed: the plan asked for it"))
            continue
        severity = reasons.severity(reason)
        shared = "; it shares a core with the backend" if reason in _GENERATORS and run.layout.shared else ""
        found.append(Problem(severity, len(names), reasons.what(reason) + shared, details[key], where, _MEANS[severity],
                             reasons.hint(reason)))
    return found


def _load_of(trial: Trial, cell: Cell | None) -> Load:
    if trial.load_kind == "closed":
        return "connections", trial.connections
    if cell is None or cell.rate_rps is None and cell.rate_percent is None:
        return "search", 0
    return ("percent", cell.rate_percent) if cell.rate_percent is not None else ("rate", cell.rate_rps)


def _cells_in_words(cells: list[Cell]) -> str:
    """'libuv_loop, one_call at 64 connections', or where there are many how many of which servers."""
    if len(cells) == 1:
        return f"{cells[0].model}, {cells[0].workload} at {cells[0].load}"
    return f"{words.counted(len(cells), 'cell')} of {words.listed(list(dict.fromkeys(cell.model for cell in cells)))}"


def _loads_in_words(loads: set[Load]) -> str:
    """'at 1 and 64', 'at 100 and 110 % of capacity'."""
    parts = []
    for kind, unit in (("connections", ""), ("percent", "\N{NO-BREAK SPACE}% of capacity"), ("rate", " requests/s")):
        values = [f"{value:,.10g}" if kind != "rate" else words.number(value)
                  for value in sorted(value for found, value in loads if found == kind)]
        if values:
            parts.append(f"at {words.listed(values)}{unit}")
    return " and ".join([*parts, *(["in steps of a search"] if ("search", 0) in loads else [])])


def trust(run: Run) -> Section:
    found, overload = problems(run), overload_of(run)
    counts = run.counts
    section = Section(0, "Can I trust this run?", _answer(run, found, overload), _badge(run, overload),
                      command=summarize_again(run))
    section.paragraphs.append(
        f"Of {words.counted(counts.planned, 'planned trial')}: {counts.ok} ok, {counts.suspect} suspect, "
        f"{counts.invalid} invalid, {counts.missing} missing. A trial is ok only if the client, the server and the "
        "backend counted the same requests and calls.")
    if overload.asked:
        section.paragraphs.append(
            f"{overload.in_words().capitalize()}: the plan asks for more than the server can answer, or stops the server, to "
            "show what happens then. Requests that are given up and waits that grow are the result there, and no reason for "
            "doubt: the books of these trials are exact too.")
    if run.plan.stall is not None:
        section.paragraphs.append(
            f"The harness stopped the servers on purpose, for {run.plan.stall.length_s:g} s in every "
            f"{run.plan.stall.every_s:g} s: throughput and the slowest requests in every section show that.")
    if not run.enough_repetitions():
        section.paragraphs.append(
            f"Indicative: at least one cell or search has fewer than {ENOUGH_REPETITIONS} usable repetitions, so its interval "
            "is wide or absent, and a small difference may be chance.")
    if found:
        table = Table(["problem", "trials", "where", "consequence", "what to do", "first detail"],
                      caption="What was found, the worst first")
        table.rows = [[text(problem.what), count(problem.trials), text(problem.where), text(problem.means),
                       text(problem.hint), text(problem.detail)] for problem in found]
        section.tables.append(table)
    section.bullets = _warnings(run)
    return section


def _badge(run: Run, overload: Overload) -> Badge:
    """On what should hold: the books, the generator, a quiet machine. Overload of an open loop says something of the
    server, and its trial is sound."""
    counts = run.counts
    judged = [trial for trial in run.trials.values()
              if trial.purpose in ("measure", "search") and trial.id not in overload.on_purpose]
    unsound = sum(trial.validity != "ok" and trial.id not in overload.unasked for trial in judged)
    if run.build_type != "Release":
        return Badge(f"No: a {run.build_type} build", "bad")
    if counts.planned == 0 or counts.ok + counts.suspect < MOSTLY * counts.planned:
        return Badge("No: too few trials are valid", "bad")
    if 2 * unsound > len(judged):
        return Badge(f"Not to compare servers: {unsound} of {words.counted(len(judged), 'trial')} cannot be ranked", "bad")
    if unsound > (1 - MOSTLY) * len(judged):
        return Badge(f"Only in part: {unsound} of {words.counted(len(judged), 'trial')} cannot be ranked", "care")
    if counts.ok + len(overload.on_purpose) < counts.planned:
        return Badge("Yes, with care", "care")
    if not run.enough_repetitions():
        return Badge("Indicative only", "care")
    return Badge("Yes", "good")


def _answer(run: Run, found: list[Problem], overload: Overload) -> str:
    counts = run.counts
    if counts.planned == counts.ok > 0:
        start = f"All {counts.planned:,} trials are ok" if counts.planned > 1 else "The one trial is ok"
    elif counts.planned == 0:
        start = "No trial was planned"
    else:
        start = f"{counts.ok} of {words.counted(counts.planned, 'trial')} {'is' if 1 in (counts.ok, counts.planned) else 'are'} ok"
    if overload.asked:
        start += f", {overload.in_words()}"
    harmful = [problem for problem in found if problem.severity < 2]
    if harmful:
        return f"{start}; the worst problem: {harmful[0].what}, {words.counted(harmful[0].trials, 'trial')}."
    if any(problem.severity == 2 for problem in found):
        return f"{start}; some latencies cannot be given."
    return f"{start}."


def _warnings(run: Run) -> list[str]:
    """Of the run, its build, its cells: each once, with its hint."""
    lines = []
    if run.build_type != "Release":
        lines.append(f"This is a {run.build_type} build, not a Release build: its speed means nothing. "
                     "Build with the preset 'release'.")
    if run.commit.endswith("-modified"):
        lines.append("The sources had changes that are not committed: the run cannot be reproduced from its commit.")
    lines += [f"{warning.text} ({warning.hint})" if warning.hint else warning.text for warning in run.warnings]
    warned: dict[str, list[Cell]] = {}
    for cell in run.cells:
        for warning in cell.warnings:
            warned.setdefault(warning, []).append(cell)
    lines += [f"{_cells_in_words(cells)}: {warning}" for warning, cells in warned.items()]
    lines += [f"{model} was skipped: {reason}" for model, reason in run.skipped]
    return list(dict.fromkeys(lines))
