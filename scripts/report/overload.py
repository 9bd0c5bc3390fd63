"""Overload, told apart: where a plan asks for it, it is the result and no reason for doubt. Only open loops: a closed one
slows down with its server, and what overloads it is a limit that nobody asked to meet."""

from __future__ import annotations

from dataclasses import dataclass

from charts import reasons, words
from charts.run_data import Cell, Run, Trial


@dataclass(frozen=True)
class Overload:
    """Trials of open loops that met overload, by id."""

    asked: frozenset[str]       # at or above the predicted capacity, in a capacity search, or with a server that is stalled
    on_purpose: frozenset[str]  # of those, the ones that are suspect for nothing else
    unasked: frozenset[str]     # suspect for nothing else below the predicted capacity, or without a prediction
    cells: int                  # with a trial of `asked`; steps of a search are in none

    def in_words(self) -> str:
        """'30 trials were overloaded on purpose (10 cells)'."""
        trials = f"{words.counted(len(self.asked), 'trial')} {'was' if len(self.asked) == 1 else 'were'}"
        where = words.counted(self.cells, "cell") if self.cells else "steps of a capacity search"
        return f"{trials} overloaded on purpose ({where})"


def overload_of(run: Run) -> Overload:
    cells = {name: cell for cell in run.cells for name in cell.trials}
    met = [trial for trial in run.trials.values() if trial.load_kind == "open" and "overload" in _grave(trial)]
    asked = frozenset(trial.id for trial in met if _asked(run, trial, cells.get(trial.id)))
    only = frozenset(trial.id for trial in met if trial.validity == "suspect" and _grave(trial) == {"overload"})
    return Overload(asked, asked & only, only - asked, sum(not asked.isdisjoint(cell.trials) for cell in run.cells))


def _grave(trial: Trial) -> set[str]:
    return {finding.reason for finding in trial.findings if reasons.severity(finding.reason) < 2}


def _asked(run: Run, trial: Trial, cell: Cell | None) -> bool:
    if trial.purpose == "search":
        return True
    return cell is not None and (bool(cell.beyond_capacity) or run.plan.stall is not None)
