"""Typed access to parsed JSON: every error names the file and the path of the value.

A `Reader` wraps one JSON object. Unknown keys are ignored, so that a file may carry more than the charts need.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class RunError(Exception):
    """A run that cannot be read; the message is one line that says what to do."""


class Reader:
    def __init__(self, value: Any, where: str) -> None:
        if not isinstance(value, dict):
            raise RunError(f"{where}: expected an object")
        self._value: dict[str, Any] = value
        self.where = where

    def _get(self, key: str, kinds: tuple[type, ...], what: str) -> Any:
        if key not in self._value:
            raise RunError(f"{self._path(key)}: missing")
        found = self._value[key]
        if not isinstance(found, kinds) or (isinstance(found, bool) and bool not in kinds):
            raise RunError(f"{self._path(key)}: expected {what}")
        return found

    def _path(self, key: str) -> str:
        return f"{self.where} {key}" if self.where.endswith(":") else f"{self.where}.{key}"

    def is_null(self, key: str) -> bool:
        """True if the key is absent or null."""
        return self._value.get(key) is None

    def text(self, key: str, default: str | None = None) -> str:
        if default is not None and self.is_null(key):
            return default
        return self._get(key, (str,), "a text")

    def flag(self, key: str) -> bool:
        return self._get(key, (bool,), "true or false")

    def integer(self, key: str) -> int:
        return self._get(key, (int,), "a whole number")

    def number(self, key: str) -> float:
        return self._get(key, (int, float), "a number")

    def optional_number(self, key: str) -> float | None:
        return None if self.is_null(key) else self.number(key)

    def object(self, key: str) -> Reader:
        return Reader(self._get(key, (dict,), "an object"), self._path(key))

    def optional_object(self, key: str) -> Reader | None:
        return None if self.is_null(key) else self.object(key)

    def objects(self, key: str) -> list[Reader]:
        items = self._get(key, (list,), "a list")
        return [Reader(item, f"{self._path(key)}[{i}]") for i, item in enumerate(items)]

    def list_of(self, key: str, kind: type) -> list[Any]:
        items = self._get(key, (list,), "a list")
        for i, item in enumerate(items):
            if not isinstance(item, kind) or isinstance(item, bool):
                raise RunError(f"{self._path(key)}[{i}]: expected {kind.__name__}")
        return items

    def pairs(self, key: str) -> list[tuple[int, int]]:
        """A list of two-element lists of whole numbers, such as a histogram."""
        items = self._get(key, (list,), "a list")
        for i, item in enumerate(items):
            if not (isinstance(item, list) and len(item) == 2 and all(type(part) is int for part in item)):
                raise RunError(f"{self._path(key)}[{i}]: expected [value, count]")
        return [(item[0], item[1]) for item in items]

    def mapping(self, key: str, kinds: tuple[type, ...]) -> dict[str, Any]:
        """An object used as a table: any keys, values of one kind."""
        found = self._get(key, (dict,), "an object")
        for name, value in found.items():
            if not isinstance(value, kinds):
                raise RunError(f"{self._path(key)}.{name}: unexpected {type(value).__name__}")
        return dict(found)


def read_json(path: Path, schema_version: int) -> Reader:
    """Reads one result file and checks its schema version."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise RunError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as problem:
        raise RunError(f"{path}: cannot be read: {problem}") from None
    try:
        value = json.loads(text)
    except json.JSONDecodeError as problem:
        raise RunError(f"{path}:{problem.lineno}:{problem.colno}: not JSON: {problem.msg}") from None
    reader = Reader(value, f"{path}:")
    found = reader.integer("schema_version")
    if found != schema_version:
        raise RunError(f"{path}: schema_version is {found}, these scripts read {schema_version}: "
                       "use the scripts of the version that wrote the run")
    return reader
