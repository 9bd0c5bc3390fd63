"""A workload file as the Python servers need it: routes with their steps. workloads/README.md describes the format;
the harness and the backend have checked the whole file before, so here it is read, and what is not known is refused."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SECONDS = {"min": 60.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9, "s": 1.0}
_BYTES = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "kB": 10**3, "MB": 10**6, "GB": 10**9, "B": 1}


class ConfigError(Exception):
    """Wrong usage or configuration, in one line that says what to do. Exit 2."""


@dataclass(frozen=True)
class CallStep:
    services: tuple[str, ...]  # may be called at the same time


@dataclass(frozen=True)
class SleepStep:
    seconds: float


@dataclass(frozen=True)
class FileStep:
    bytes: int


@dataclass(frozen=True)
class CpuStep:  # of a `lock` step too: one thread never finds a lock taken
    seconds: float


@dataclass(frozen=True)
class SerializeStep:
    items: int


Step = CallStep | SleepStep | FileStep | CpuStep | SerializeStep


@dataclass(frozen=True)
class Route:
    target: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Workload:
    name: str
    routes: tuple[Route, ...]


def _quantity(text: str, units: dict[str, float]) -> float | None:
    for unit, factor in units.items():
        number = text.removesuffix(unit)
        if number != text and number.replace(".", "", 1).isdecimal():
            return float(number) * factor
    return None


def parse_duration(text: str) -> float | None:
    """Seconds of "1.5s", None if it is no time with its unit."""
    return _quantity(text, _SECONDS)


def parse_size(text: str) -> int | None:
    """Bytes of "16KiB", None if it is no size with its unit."""
    size = _quantity(text, _BYTES)
    return None if size is None else round(size)


def _step(table: dict[str, Any]) -> Step:
    ((kind, value),) = table.items()
    match kind:
        case "call":
            return CallStep((value,))
        case "parallel":
            return CallStep(tuple(call["call"] for call in value))
        case "sleep":
            return SleepStep(_known(parse_duration(value), value))
        case "cpu" | "lock":
            return CpuStep(_known(parse_duration(value), value))
        case "file":
            return FileStep(_known(parse_size(value), value))
        case "serialize":
            return SerializeStep(value)
    raise ValueError(f"unknown step '{kind}'")


def _known(value: Any, text: str) -> Any:
    if value is None:
        raise ValueError(f"'{text}' is not a number with its unit")
    return value


def load_workload(path: Path) -> Workload:
    """Raises ConfigError."""
    try:
        with path.open("rb") as file:
            table = tomllib.load(file)
        routes = tuple(Route(route["target"], tuple(_step(step) for step in route.get("steps", [])))
                       for route in table["route"])
        return Workload(table["name"], routes)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}: name a workload file, as workloads/one_call.toml") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:  # tomllib's errors are ValueErrors
        raise ConfigError(f"{path}: {error}: see workloads/README.md; `interleave list workloads` checks it") from None
