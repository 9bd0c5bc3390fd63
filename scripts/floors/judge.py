"""Judges the trials of a run against the table of floors: pure, from what the run has stored."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from pathlib import Path

from charts.json_reader import Reader, RunError, read_json
from charts.load_run import SCHEMA_VERSION
from floors.signed_rank import Centre, centre, fewest_pairs

TABLE = Path(__file__).resolve().parent / "floors.toml"


@dataclass(frozen=True)
class Floors:
    workload: str
    connections: int
    ruler: str
    pairs: int
    by_model: dict[str, float]


@dataclass(frozen=True)
class Verdict:
    """`ratio`: the ruler's CPU time per request divided by the model's; None: too few pairs for an interval."""

    model: str
    pairs: int
    cpu_us: float | None  # median over the pairs
    ratio: Centre | None
    floor: float | None  # None: a peer, shown beside

    @property
    def word(self) -> str:
        if self.floor is None:
            return ""
        if self.ratio is None:
            return "not measured"
        if self.ratio.high < self.floor:
            return "MISSED"
        return "met" if self.ratio.low >= self.floor else "not resolved"


def load_floors(path: Path = TABLE) -> Floors:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return Floors(table["workload"], table["connections"], table["ruler"], table["pairs"], table["floors"])


def _responses(trial: Reader) -> int:
    """What the server answered in the window, by its own count if it has one: as the summary counts."""
    before, after = trial.optional_object("server_before"), trial.optional_object("server_after")
    if before is None or after is None:
        return trial.object("accounting").integer("client_responses")
    counts = [sum(counters.mapping("responses", (int,)).values()) for counters in (before, after)]
    return counts[1] - counts[0]


def _cpu_us_per_request(trial: Reader) -> float | None:
    if trial.text("validity") == "invalid":
        return None
    window = trial.object("processes").object("server").optional_object("window")
    responses = _responses(trial)
    return window.number("cpu_ns") / 1e3 / responses if window and responses > 0 else None


def read_costs(run: Path, floors: Floors) -> dict[str, dict[int, float]]:
    """CPU time per request in microseconds, by model and repetition. Invalid trials are left out. Raises RunError."""
    files = sorted((run / "trials").glob("*.json"))
    if not files:
        raise RunError(f"{run}: no trials: give the folder of a run, or leave it out to measure one (make floors)")
    costs: dict[str, dict[int, float]] = {}
    for file in files:
        trial = read_json(file, SCHEMA_VERSION)
        spec = trial.object("spec")
        wanted = (floors.workload, floors.connections, "measure")
        if (spec.text("workload"), spec.object("load").integer("connections"), spec.text("purpose")) != wanted:
            continue
        cost = _cpu_us_per_request(trial)
        if cost is not None:
            costs.setdefault(spec.text("model"), {})[spec.integer("repetition")] = cost
    if floors.ruler not in costs:
        raise RunError(f"{run}: no valid trial of {floors.ruler} on {floors.workload} at {floors.connections} "
                       "connections: there is nothing to compare with")
    return costs


def judge(costs: dict[str, dict[int, float]], floors: Floors) -> list[Verdict]:
    """A pair is one launch of the model and one of the ruler in the same repetition, which a run does close together
    and in random order. Models with a floor in the table's order, then the peers."""
    ruler = costs[floors.ruler]
    models = [*floors.by_model, *(model for model in sorted(costs) if model not in floors.by_model)]
    verdicts = []
    for model in models:
        if model == floors.ruler:
            continue
        mine = costs.get(model, {})
        both = sorted(mine.keys() & ruler.keys())
        ratio = None
        if len(both) >= fewest_pairs():
            logs = centre([math.log(ruler[repetition] / mine[repetition]) for repetition in both])
            ratio = Centre(math.exp(logs.estimate), math.exp(logs.low), math.exp(logs.high))
        cpu = sorted(mine[repetition] for repetition in both)
        verdicts.append(Verdict(model, len(both), cpu[len(cpu) // 2] if cpu else None, ratio,
                                floors.by_model.get(model)))
    return verdicts
