"""Where a student's answers come from: the command line, a file for a class, or the terminal. The first that has one."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from lab.errors import LabError


class Question(NamedTuple):
    """`parse` makes the value of an answer, or raises ValueError with what is wanted."""

    key: str
    text: str
    parse: Callable[[str], Any]
    required: bool = True


def positive_number(text: str) -> float:
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise ValueError("want a number above 0, as 88 or 12.5")
    return value


def positive_integer(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise ValueError("want a whole number above 0, as 16")
    return int(text)


def sentence(text: str) -> str:
    if not text.strip():
        raise ValueError("want a few words")
    return " ".join(text.split())


def read_answers(file: Path, exercise: str) -> dict[str, str]:
    """The table of one exercise in a TOML file, values as text; keys outside of tables hold for all exercises."""
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise LabError(f"{file}: cannot be read: {problem}") from None
    common = {key: value for key, value in tables.items() if not isinstance(value, dict)}
    return {key: str(value) for key, value in {**common, **tables.get(exercise, {})}.items()}


class Answers:
    """Asks each question once. On a terminal until the answer can be read; elsewhere a missing answer is an error."""

    def __init__(self, given: dict[str, str], terminal: TextIO | None) -> None:
        self._given = given
        self._terminal = terminal
        self._used: set[str] = set()

    @property
    def interactive(self) -> bool:
        return self._terminal is not None

    def ask(self, question: Question) -> Any:
        """The value; None for a question that need not be answered and was not."""
        self._used.add(question.key)
        if question.key in self._given:
            try:
                return question.parse(self._given[question.key])
            except ValueError as problem:
                raise LabError(f"answer '{question.key}': '{self._given[question.key]}': {problem}") from None
        if self._terminal is None:
            if not question.required:
                return None
            raise LabError(f"no answer to '{question.key}': give --answer {question.key}=..., or --answers FILE, or run "
                           "it on a terminal")
        return self._ask_on_terminal(question)

    def _ask_on_terminal(self, question: Question) -> Any:
        hint = "" if question.required else " (Enter: leave it out)"
        while True:
            print(f"{question.text}{hint}\n> ", end="", flush=True)
            line = self._terminal.readline()
            if not line:
                raise LabError(f"the input ended before an answer to '{question.key}'")
            if not line.strip() and not question.required:
                return None
            try:
                return question.parse(line.strip())
            except ValueError as problem:
                print(f"  {problem}")

    def require_all_used(self) -> None:
        """An answer to no question is a misspelt key."""
        unknown = sorted(set(self._given) - self._used)
        if unknown:
            raise LabError(f"no question '{unknown[0]}' in this exercise: there are {', '.join(sorted(self._used))}")
