"""The command line of the server contract (servers/README.md): the options every server has."""

from __future__ import annotations

import argparse
import ipaddress
import json
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from counters import say
from workload import ConfigError, parse_duration, parse_size


@dataclass(frozen=True)
class Config:
    """Times in seconds, sizes in bytes."""

    listen: tuple[str, int]
    backend: tuple[str, int]
    workload: Path
    max_connections: int
    backend_connections: int
    backend_queue: int
    max_head: int
    max_body: int
    idle_timeout: float
    head_timeout: float
    write_timeout: float
    backend_timeout: float


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ConfigError(f"{message} (see --help)")


def _endpoint(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    try:
        ipaddress.ip_address(host)
        if port.isdecimal() and int(port) <= 65535:
            return host, int(port)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"'{text}': want ADDRESS:PORT with a numeric address, as 127.0.0.1:8080")


def _time(text: str) -> float:
    seconds = parse_duration(text)
    if seconds is None or seconds < 1e-3:
        raise argparse.ArgumentTypeError(f"'{text}': want a time of at least 1ms with its unit, as 10s")
    return seconds


def _size(text: str) -> int:
    size = parse_size(text)
    if not size:
        raise argparse.ArgumentTypeError(f"'{text}': want a size with its unit, as 16KiB")
    return size


def _count(lowest: int) -> Any:
    def convert(text: str) -> int:
        if not text.isdecimal() or not lowest <= int(text) <= 1_000_000:
            raise argparse.ArgumentTypeError(f"'{text}': want a number from {lowest} to 1000000")
        return int(text)
    return convert


# name, default, kind, help
_OPTIONS: list[tuple[str, str | None, Any, str]] = [
    ("--listen", "127.0.0.1:8080", _endpoint, "ADDRESS:PORT to serve on; port 0 lets the kernel choose"),
    ("--backend", "127.0.0.1:7000", _endpoint, "ADDRESS:PORT of interleave-backend"),
    ("--workload", None, Path, "workload file: the routes to serve"),
    ("--max-connections", "10000", _count(1), "clients at a time; further ones wait in the listen queue"),
    ("--backend-connections", "10000", _count(1), "connections to the backend at most"),
    ("--backend-queue", "10000", _count(0), "calls that may wait for a connection; beyond: 503"),
    ("--max-head", "16KiB", _size, "request line and headers at most; beyond: 431"),
    ("--max-body", "1MiB", _size, "request body at most; beyond: 413"),
    ("--idle-timeout", "60s", _time, "close a connection idle for this long"),
    ("--head-timeout", "10s", _time, "from a request's first byte to its end; beyond: 408"),
    ("--write-timeout", "30s", _time, "for the client to take a reply"),
    ("--backend-timeout", "10s", _time, "for a step's backend calls; beyond: 504"),
]

_EPILOG = """Example:
  /usr/bin/python3 {program} --listen 127.0.0.1:8080 --backend 127.0.0.1:7000 --workload workloads/one_call.toml

stdout: a ready line, a counters line for each SIGUSR1, a counters line at the end (JSON).
SIGTERM ends the server: begun requests are finished, within 1.5 s.
Exit codes: 0 ended by signal, 1 failed, 2 usage or configuration, 77 not supported on this host."""


def parse_options(words: list[str], name: str, model: ModuleType) -> Config | None:
    """None: --describe was answered. Raises ConfigError."""
    parser = _Parser(prog=name, description=model.SUMMARY, epilog=_EPILOG.format(program=f"main.py {name}"),
                     formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    parser.add_argument("--describe", action="store_true", help="print what this server is, as JSON, and exit")
    for option, default, kind, text in _OPTIONS:
        parser.add_argument(option, default=default, type=kind, help=text)
    # The contract gives it to every server; with nothing to choose it is not offered, in --describe either.
    parser.add_argument("--threads", type=_only_one, help=argparse.SUPPRESS)
    values = vars(parser.parse_args(words))
    del values["threads"]
    if values.pop("describe"):
        say(json.dumps(_describe(name, model)))
        return None
    if values["workload"] is None:
        raise ConfigError("--workload is missing: name a workload file, as workloads/one_call.toml")
    return Config(**values)


def _only_one(text: str) -> int:
    if text != "1":
        raise argparse.ArgumentTypeError(f"'{text}': this server has no workers to choose the number of, it serves on one "
                                         "thread: 1, or leave the option out")
    return 1


def _describe(name: str, model: ModuleType) -> dict[str, Any]:
    return {
        "name": name,
        "family": model.FAMILY,
        "summary": model.SUMMARY,
        "options": [{"name": option, "help": text, "default": default or ""} for option, default, _, text in _OPTIONS],
        # Of the interpreter: that is what runs.
        "build_type": "Debug" if sysconfig.get_config_var("Py_DEBUG") else "Release",
        "capabilities": model.CAPABILITIES,
        "prediction": {"in_flight_limit": model.IN_FLIGHT_LIMIT},
    }
