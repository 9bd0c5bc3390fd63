"""The folder of one lab: lab.json (docs/schemas/lab.schema.json), written before the run and after each step, and the
sheet. Files appear whole or not at all."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atomic_file import write_atomically
from lab.errors import LabError
from lab.sheet import html_sheet, markdown_sheet

if TYPE_CHECKING:
    from lab.exercise import Exercise, Measured, Row

SCHEMA_VERSION = 1


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def new_folder(results: Path, exercise: str, student: str) -> Path:
    """results/lab-<utc>-<exercise>[-<student>], made; one of its own for each call."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    who = re.sub(r"[^a-z0-9]+", "-", student.lower()).strip("-")
    name = "-".join(part for part in ("lab", stamp, exercise, who) if part)
    for attempt in range(1, 100):
        folder = results / (name if attempt == 1 else f"{name}-{attempt}")
        try:
            folder.mkdir(parents=True)
            return folder
        except FileExistsError:
            continue
    raise LabError(f"{results / name}: taken: wait a second", 1)


class Record:
    """Makes its folder with the first thing to keep: an exercise that is refused leaves none."""

    def __init__(self, results: Path, exercise: str, student: str) -> None:
        self._results, self._exercise = results, exercise
        self.folder = results
        self._content: dict[str, Any] = {"schema_version": SCHEMA_VERSION, "student": student}

    @property
    def file(self) -> Path:
        return self.folder / "lab.json"

    def _write(self) -> None:
        write_atomically(self.file, (json.dumps(self._content, indent=2, ensure_ascii=False) + "\n").encode())

    def predicted(self, exercise: Exercise, prediction: dict[str, Any]) -> None:
        self.folder = new_folder(self._results, self._exercise, self._content["student"])
        self._content |= {"exercise": exercise.name, "parameters": exercise.parameters, "prediction": prediction,
                          "predicted_utc": _now(), "measured": None, "measured_utc": None, "comparison": [],
                          "explanation": None, "transfer": None}
        self._write()

    def measured(self, measured: Measured) -> None:
        self._content |= {"measured": measured.values, "measured_utc": _now(),
                          "comparison": [vars(row) for row in measured.rows]}
        self._write()

    def finished(self, exercise: Exercise, measured: Measured, explanation: str | None, answer: Any,
                 transfer: Row | None) -> None:
        self._content |= {"explanation": explanation,
                          "transfer": None if transfer is None else {"answer": answer, "comparison": vars(transfer)}}
        self._write()
        sheet = (exercise, measured, self._content, transfer)
        if measured.chart is not None:
            write_atomically(self.folder / "figure.svg", measured.chart.svg().encode())
            write_atomically(self.folder / "figure.png", measured.chart.png())
        write_atomically(self.folder / "sheet.md", markdown_sheet(*sheet).encode())
        write_atomically(self.folder / "sheet.html", html_sheet(*sheet).encode())
