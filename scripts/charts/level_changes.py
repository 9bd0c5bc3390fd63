"""Where the level of a figure changed, commit by commit, as `interleave history show` finds it (harness/stats). The program
is asked, so that there is one rule."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from charts.json_reader import Reader, RunError

BUILT = Path(__file__).resolve().parents[2] / "build/release/bin/interleave"

_SCHEMA_VERSION = 1
_DEADLINE_S = 60  # a second for a hundred series of the longest length


@dataclass(frozen=True)
class LevelChange:
    commit: str    # from it on
    before: float  # the level, in the figure's unit, as `after`
    after: float

    @property
    def percent(self) -> float:
        return 100 * (self.after / self.before - 1)


@dataclass(frozen=True)
class Place:
    """One machine measured in one way; an entry's of `interleave history show`."""

    fingerprint: str
    plan: str
    warmup_ns: int
    duration_ns: int


# By what a cell has in common over the entries (cell_series) and the name of the figure.
LevelChanges = dict[tuple[tuple, str], tuple[LevelChange, ...]]


def cell_series(cell: Reader) -> tuple:
    """What is the same cell in another entry. A share of the capacity is another rate in every run."""
    load = cell.object("load")
    percent = load.optional_number("rate_percent")
    rate = None if percent is not None else load.optional_number("rate_rps")
    return (cell.text("model"), cell.text("workload"), cell.text("driver"), load.text("kind"), load.integer("connections"),
            percent, rate)


def find_level_changes(program: Path, history: Path, place: Place, figures: tuple[str, ...]) -> LevelChanges:
    """Of the entries of one place. RunError where the program cannot say."""
    where = f"{program} history show (make build?):"
    try:
        done = subprocess.run([program, "history", "show", "--json", "--file", history, "--figures", ",".join(figures)],
                              capture_output=True, text=True, timeout=_DEADLINE_S, check=False)
        if done.returncode != 0:
            raise RunError(f"{where} {done.stderr.strip().removeprefix('error: ')}")
        report = Reader(json.loads(done.stdout), where)
    except (OSError, subprocess.TimeoutExpired, ValueError) as problem:
        raise RunError(f"{where} {problem}") from None
    if report.integer("schema_version") != _SCHEMA_VERSION:
        raise RunError(f"{where} schema_version is {report.integer('schema_version')}, these scripts read {_SCHEMA_VERSION}")
    return {(cell_series(series), series.text("figure")): tuple(map(_level_change, series.objects("level_changes")))
            for machine in report.objects("machines") if _place(machine) == place for series in machine.objects("series")}


def _place(machine: Reader) -> Place:
    return Place(machine.text("fingerprint"), machine.text("plan"), machine.integer("warmup_ns"), machine.integer("duration_ns"))


def _level_change(change: Reader) -> LevelChange:
    return LevelChange(change.text("commit"), change.number("before"), change.number("after"))
