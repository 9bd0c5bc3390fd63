"""What every exercise provides, and the course of one: predict, run, compare, explain, transfer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from charts import words
from charts.chart import Chart
from lab.answers import Answers, Question, sentence
from lab.programs import Programs, progress, say
from lab.record import Record


@dataclass(frozen=True)
class Row:
    """One line of the comparison. `unit` stands behind the numbers of the line."""

    what: str
    predicted: str
    theory: str
    measured: str
    verdict: str


@dataclass
class Measured:
    """What an exercise has measured: for the record (plain values), as rows, and drawn."""

    values: dict[str, Any]
    rows: list[Row]
    chart: Chart | None
    explanation: str                       # what theory says, shown after the student's own
    links: list[tuple[str, str]] = field(default_factory=list)  # text, path below the folder


class Exercise(ABC):
    name: str
    title: str
    question: str      # what the student is asked, with the parameters
    questions: Sequence[Question]
    explain: str       # what to think about after the comparison
    transfer: Question
    transfer_text: str
    parameters: dict[str, Any]

    @abstractmethod
    def measure(self, programs: Programs, folder: Path, prediction: dict[str, Any]) -> Measured:
        """Runs the real thing below `folder`, in less than a minute."""

    @abstractmethod
    def check_transfer(self, programs: Programs, folder: Path, answer: Any) -> Row:
        """The answer to the transfer question beside what is true."""


REASON = Question("reason", "Why? (one sentence)", sentence)


def conduct(exercise: Exercise, answers: Answers, programs: Programs, record: Record) -> None:
    """The whole course. The prediction is on disk before anything runs."""
    say(f"\n{exercise.title}\n\n{exercise.question}\n")
    prediction = {question.key: answers.ask(question) for question in [*exercise.questions, REASON]}
    explain = Question("explain", f"\n{exercise.explain}\nWhy is it so? (one or two sentences)", sentence, False)
    transfer = exercise.transfer._replace(required=False, text=f"\n{exercise.transfer_text} {exercise.transfer.text}")
    early = {}
    if not answers.interactive:  # a misspelt answer is said before the run, not after it
        early = {question.key: answers.ask(question) for question in (explain, transfer)}
        answers.require_all_used()
    record.predicted(exercise, prediction)
    progress(f"your prediction is saved: {record.file}; running ...")
    measured = exercise.measure(programs, record.folder, prediction)
    record.measured(measured)
    say(comparison(measured.rows))
    own = early["explain"] if early else answers.ask(explain)
    say(f"\nTheory says: {measured.explanation}")
    answer = early[transfer.key] if early else answers.ask(transfer)
    row = None
    if answer is not None:
        row = exercise.check_transfer(programs, record.folder, answer)
        say(comparison([row]))
    record.finished(exercise, measured, own, answer, row)


def comparison(rows: Sequence[Row]) -> str:
    head = Row("", "you", "theory", "measured", "")
    cells = [(row.what, row.predicted, row.theory, row.measured, row.verdict) for row in [head, *rows]]
    widths = [max(len(cell[column]) for cell in cells) for column in range(5)]
    return "\n".join([""] + ["  ".join(text.ljust(width) for text, width in zip(cell, widths)).rstrip()
                             for cell in cells])


def number_verdict(predicted: float, low: float, high: float, middle: float) -> str:
    """How a predicted number stands to a measured interval."""
    if low <= predicted <= high:
        return "within what was measured"
    off = 100 * (predicted / middle - 1)
    return "within 1 %" if abs(off) < 1 else f"{words.percent(off)} off"
