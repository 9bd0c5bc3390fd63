"""Section 0: can the reader trust this run? The worst problem first, in words, with what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from charts import reasons, words
from charts.run_data import ENOUGH_REPETITIONS, Run
from charts.table import Table, count, text
from report.commands import summarize_again
from report.section import Badge, Section

MOSTLY = 0.9  # with fewer trials ok, the run as a whole is not to be used


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


def problems(run: Run) -> list[Problem]:
    """By reason, the worst and most frequent first. A trial counts once for each of its reasons."""
    found = _by_reason(run)
    if run.counts.missing:
        found.append(Problem(0, run.counts.missing, what="the run was not finished", detail="",
                             where="trials that never ran", means="missing", hint="run the plan again"))
    return sorted(found, key=lambda problem: (problem.severity, -problem.trials, problem.what))


def _by_reason(run: Run) -> list[Problem]:
    trials: dict[str, list[str]] = {}
    places: dict[str, dict[str, set[int]]] = {}
    details: dict[str, str] = {}
    for trial in run.trials.values():
        for finding in trial.findings:
            trials.setdefault(finding.reason, []).append(trial.id)
            places.setdefault(finding.reason, {}).setdefault(f"{trial.model}, {trial.workload}", set()).add(
                trial.connections)
            details.setdefault(finding.reason, finding.detail)
    found = []
    for reason, names in trials.items():
        where = "; ".join(f"{place} at {words.listed([f'{load:,}' for load in sorted(loads)])}"
                          for place, loads in sorted(places[reason].items()))
        severity = reasons.severity(reason)
        found.append(Problem(severity, len(names), reasons.what(reason), details[reason], where, _MEANS[severity],
                             reasons.hint(reason)))
    return found


def trust(run: Run) -> Section:
    found = problems(run)
    counts = run.counts
    section = Section(0, "Can I trust this run?", _answer(run, found), _badge(run), command=summarize_again(run))
    section.paragraphs.append(
        f"Of {words.counted(counts.planned, 'planned trial')}: {counts.ok} ok, {counts.suspect} suspect, "
        f"{counts.invalid} invalid, {counts.missing} missing. A trial is ok only if the client, the server and the "
        "backend counted the same requests and calls.")
    if not run.enough_repetitions():
        section.paragraphs.append(
            f"Indicative: at least one cell has fewer than {ENOUGH_REPETITIONS} usable repetitions, so its interval "
            "is wide or absent, and a small difference may be chance.")
    if found:
        table = Table(["problem", "trials", "where", "consequence", "what to do", "first detail"],
                      caption="What was found, the worst first")
        table.rows = [[text(problem.what), count(problem.trials), text(problem.where), text(problem.means),
                       text(problem.hint), text(problem.detail)] for problem in found]
        section.tables.append(table)
    section.bullets = _warnings(run)
    return section


def _badge(run: Run) -> Badge:
    counts = run.counts
    if run.build_type != "Release":
        return Badge(f"No: a {run.build_type} build", "bad")
    if counts.planned == 0 or counts.ok < MOSTLY * counts.planned:
        return Badge("No: too few trials are ok", "bad")
    if counts.ok < counts.planned:
        return Badge("Yes, with care", "care")
    if not run.enough_repetitions():
        return Badge("Indicative only", "care")
    return Badge("Yes", "good")


def _answer(run: Run, found: list[Problem]) -> str:
    counts = run.counts
    if counts.planned == counts.ok > 0:
        start = f"All {words.counted(counts.planned, 'trial')} are ok"
    else:
        start = f"{counts.ok} of {words.counted(counts.planned, 'trial')} {'is' if counts.ok == 1 else 'are'} ok"
    harmful = [problem for problem in found if problem.severity < 2]
    if harmful:
        return f"{start}; the worst problem: {harmful[0].what}, {words.counted(harmful[0].trials, 'trial')}."
    if found:
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
    for cell in run.cells:
        lines += [f"{cell.model}, {cell.workload} at {words.counted(cell.connections, 'connection')}: {warning}"
                  for warning in cell.warnings]
    lines += [f"{model} was skipped: {reason}" for model, reason in run.skipped]
    return list(dict.fromkeys(lines))
