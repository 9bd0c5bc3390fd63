"""The history (results/history.ndjson) as the charts see it: the lines of a run's machine, measured in the run's way."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from charts.json_reader import Reader, RunError
from charts.level_changes import LevelChanges, Place, cell_series, find_level_changes

SCHEMA_VERSION = 1
SHOWN_FIGURES = ("cpu_us_per_request", "p50_ms")  # of S15
_MIB_PER_GIB = 1024


@dataclass(frozen=True)
class HistoryValue:
    estimate: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class HistoryCell:
    model: str
    workload: str
    driver: str
    kind: str                   # "closed", "open"
    connections: int
    rate_rps: float | None
    rate_percent: float | None
    launches: int
    validity: str
    figures: dict[str, HistoryValue]
    series: tuple               # cell_series


@dataclass(frozen=True)
class HistoryEntry:
    commit: str
    started_utc: str
    hostname: str
    fingerprint: str
    cells: tuple[HistoryCell, ...]


@dataclass(frozen=True)
class History:
    """Of one machine and plan."""

    entries: tuple[HistoryEntry, ...] = ()    # by time
    level_changes: LevelChanges | None = None  # of SHOWN_FIGURES; None: there was no program to find them


def load_history(file: Path, run: Reader, interleave: Path | None) -> History:
    """`run` is its run.json, `interleave` the program that finds level changes. Lines of other machines, plans and windows are
    left out: they are no neighbours."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise RunError(f"{file}: cannot be read: {problem}") from None
    own = _machine_of(run), _conditions_of(run)
    found = []
    for number, line in enumerate(lines, 1):
        entry = _line(line, f"{file}:{number}")
        if (_machine(entry.object("machine")), _conditions(entry.object("conditions"))) == own:
            found.append(_entry(entry))
    entries = tuple(sorted(found, key=lambda entry: entry.started_utc))
    if not entries or not interleave:
        return History(entries)
    return History(entries, find_level_changes(interleave, file, Place(entries[0].fingerprint, *own[1]), SHOWN_FIGURES))


def _line(line: str, where: str) -> Reader:
    try:
        value = json.loads(line)
    except json.JSONDecodeError as problem:
        raise RunError(f"{where}: truncated or not JSON: {problem.msg}") from None
    reader = Reader(value, f"{where}:")
    if reader.integer("schema_version") != SCHEMA_VERSION:
        raise RunError(f"{where}: schema_version is {reader.integer('schema_version')}, these scripts read {SCHEMA_VERSION}")
    return reader


_FACTS = ("cpu_model", "os", "kernel", "virtualization", "governor")
_COUNTS = ("cpus_online", "physical_cores")


def _machine(machine: Reader) -> tuple:
    return (*(machine.text(name) for name in _FACTS), *(machine.integer(name) for name in _COUNTS),
            machine.integer("memory_gib"), machine.flag("pinned"), machine.integer("server_cores"),
            machine.text("build_type"), machine.text("compiler"), machine.text("flags"))


def _machine_of(run: Reader) -> tuple:
    """The same facts of a run (harness/history/history_entry.cpp, machine_of)."""
    host, layout, software = (run.object(name) for name in ("host", "layout", "software"))
    return (*(host.text(name) for name in _FACTS), *(host.integer(name) for name in _COUNTS),
            (host.integer("memory_mib") + _MIB_PER_GIB // 2) // _MIB_PER_GIB, layout.flag("pinned"),
            layout.integer("server_cores"), run.text("build_type"), software.text("compiler", "unknown"),
            software.text("flags", "unknown"))


def _conditions(conditions: Reader) -> tuple:
    return conditions.text("plan"), conditions.integer("warmup_ns"), conditions.integer("duration_ns")


def _conditions_of(run: Reader) -> tuple:
    plan = run.object("plan")
    return plan.text("name"), plan.integer("warmup_ns"), plan.integer("duration_ns")


def _entry(entry: Reader) -> HistoryEntry:
    return HistoryEntry(entry.text("commit"), entry.text("started_utc"), entry.text("hostname"),
                        entry.object("machine").text("fingerprint"),
                        tuple(_cell(cell) for cell in entry.objects("cells")))


def _cell(cell: Reader) -> HistoryCell:
    load, figures = cell.object("load"), cell.object("figures")
    names = cell.mapping("figures", (dict,))
    return HistoryCell(
        cell.text("model"), cell.text("workload"), cell.text("driver"), load.text("kind"), load.integer("connections"),
        load.optional_number("rate_rps"), load.optional_number("rate_percent"), cell.integer("launches"),
        cell.text("validity"), {name: _value(figures.object(name)) for name in names}, cell_series(cell))


def _value(value: Reader) -> HistoryValue:
    return HistoryValue(value.number("estimate"), value.optional_number("low"), value.optional_number("high"))
