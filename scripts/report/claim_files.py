"""The claims of the article as files (harness/plans/claims/*.toml), and what a run's counters say of each.

Structural claims are exact: one launch whose counters contradict is enough to refute, and no number of launches that
agree makes an average. Launches that are not usable say nothing.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from charts.json_reader import Reader, RunError
from charts.run_data import Run, Trial

FOLDER = Path(__file__).resolve().parent.parent.parent / "harness" / "plans" / "claims"
_RELATIONS = ("equals", "at_least", "at_most")
COUNTERS = ("max_in_flight", "threads_created", "threads_per_request")


@dataclass(frozen=True)
class Evidence:
    """What must hold of a counter in every usable launch of a model with so many connections."""

    model: str
    counter: str
    relation: str
    value: float
    min_connections: int
    why: str

    def holds(self, found: float) -> bool:
        return {"equals": found == self.value, "at_least": found >= self.value,
                "at_most": found <= self.value}[self.relation]

    @property
    def expected(self) -> str:
        words = {"equals": "exactly", "at_least": "at least", "at_most": "at most"}[self.relation]
        return f"{words} {self.value:g}"


@dataclass(frozen=True)
class Claim:
    id: str
    statement: str
    kind: str
    about: str
    evidence: tuple[Evidence, ...]
    explanations: dict[str, str]  # by verdict


@dataclass(frozen=True)
class Observed:
    evidence: Evidence
    found: tuple[float, ...]  # of each launch that counts
    against: tuple[str, ...]  # ids of launches that contradict


@dataclass(frozen=True)
class Judgement:
    claim: Claim
    verdict: str  # "supported", "refuted", "not measured"
    observed: tuple[Observed, ...]


def load_claims(folder: Path = FOLDER) -> list[Claim]:
    return [_claim(path) for path in sorted(folder.glob("*.toml"))]


def _claim(path: Path) -> Claim:
    try:
        reader = Reader(tomllib.loads(path.read_text(encoding="utf-8")), f"{path}:")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise RunError(f"{path}: cannot be read: {problem}") from None
    if reader.text("id") != path.stem:
        raise RunError(f"{path}: its id is '{reader.text('id')}': the file must be called by it")
    return Claim(reader.text("id"), reader.text("statement"), reader.text("kind"), reader.text("about"),
                 tuple(_evidence(item) for item in reader.objects("evidence")), reader.mapping("verdict", (str,)))


def _evidence(reader: Reader) -> Evidence:
    (relation, *more) = [name for name in _RELATIONS if not reader.is_null(name)] or [""]
    if not relation or more:
        raise RunError(f"{reader.where}: needs one of {', '.join(_RELATIONS)}")
    counter = reader.text("counter")
    if counter not in COUNTERS:
        raise RunError(f"{reader.where}: no counter '{counter}': there are {', '.join(COUNTERS)}")
    return Evidence(reader.text("model"), counter, relation, reader.number(relation),
                    reader.integer("min_connections"), reader.text("why"))


def judge(claim: Claim, run: Run) -> Judgement:
    observed = tuple(_observe(evidence, run) for evidence in claim.evidence)
    if any(item.against for item in observed):
        return Judgement(claim, "refuted", observed)
    # A model that the run left out says nothing; at least its like must have been there, and each kind of evidence.
    seen = {(item.evidence.counter, item.evidence.relation, item.evidence.why) for item in observed if item.found}
    wanted = {(item.evidence.counter, item.evidence.relation, item.evidence.why) for item in observed}
    return Judgement(claim, "supported" if seen == wanted else "not measured", observed)


def _observe(evidence: Evidence, run: Run) -> Observed:
    found, against = [], []
    for trial in run.trials.values():
        value = _value(trial, evidence)
        if value is None:
            continue
        found.append(value)
        if not evidence.holds(value):
            against.append(trial.id)
    return Observed(evidence, tuple(found), tuple(against))


def _value(trial: Trial, evidence: Evidence) -> float | None:
    server = trial.server
    if (trial.model != evidence.model or trial.validity == "invalid" or server is None
            or trial.connections < evidence.min_connections):
        return None
    if evidence.counter == "threads_per_request":
        return server.threads_created / server.requests if server.requests else None
    return getattr(server, evidence.counter)
