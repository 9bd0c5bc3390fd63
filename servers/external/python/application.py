"""What a request does, once for every server: the steps of its route as a generator that waits for nothing. It yields
what must be waited for, and a server decides how: by blocking or with await. The bodies are those of core/service."""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Generator
from urllib.parse import urlsplit

from backend import CallFailed, encode_call
from counters import Counters
from workload import CallStep, ConfigError, CpuStep, FileStep, Route, SerializeStep, SleepStep, Workload

JSON = "application/json"
TEXT = "text/plain"
_MASK = (1 << 64) - 1
_COLOURS = ("red", "green", "blue", "black")


@dataclass(frozen=True)
class Reply:
    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True)
class BackendCalls:
    """Wait for these; the outcome is a list with the bytes of each reply or its CallFailed."""

    requests: tuple[bytes, ...]


@dataclass(frozen=True)
class Pause:
    """Wait this long; the outcome is None."""

    seconds: float


Wait = BackendCalls | Pause
Steps = Generator[Wait, list[int | CallFailed] | None, Reply]


def error_reply(status: int) -> Reply:
    return Reply(status, TEXT, HTTPStatus(status).phrase.encode() + b"\n")


class Application:
    """The routes of a workload. Not thread-safe: one thread serves."""

    def __init__(self, workload: Workload, counters: Counters) -> None:
        self._routes = {route.target: route for route in workload.routes}
        self._texts = {"/": f"interleave: workload {workload.name}\n".encode(), "/healthz": b"ok\n"}
        self._counters = counters
        steps = [step for route in workload.routes for step in route.steps]
        self._iterations_per_s = calibrate_cpu_rate() if any(isinstance(step, CpuStep) for step in steps) else 0.0
        self._files = {step.bytes: ScratchFile(step.bytes) for step in steps if isinstance(step, FileStep)}

    def start(self, method: str, target: str, request_id: str | None) -> Reply | Steps:
        """A reply at once, or the steps that lead to one. `request_id`: the value of X-Request-Id."""
        url = urlsplit(target)
        named = [word.removeprefix("id=") for word in url.query.split("&") if word.startswith("id=")]
        if request_id is not None:
            named.append(request_id)
        if len(set(named)) > 1 or not all(name.isdecimal() and int(name) <= _MASK for name in named):
            return error_reply(400)
        if url.path not in self._routes and url.path not in self._texts:
            return error_reply(404)
        if method not in ("GET", "HEAD", "POST"):
            return error_reply(405)
        if url.path in self._texts:
            return Reply(200, TEXT, self._texts[url.path])
        return self._run(self._routes[url.path], named[0] if named else "-")

    def _run(self, route: Route, request_id: str) -> Steps:
        calls = 0
        size = 0
        items: list[str] = []
        for step in route.steps:
            match step:
                case CallStep(services):
                    requests = tuple(encode_call(service, request_id, calls + i) for i, service in enumerate(services))
                    calls += len(requests)
                    self._counters.backend_calls += len(requests)
                    outcomes = yield BackendCalls(requests)
                    failures = [outcome for outcome in outcomes if isinstance(outcome, CallFailed)]
                    if failures:
                        self._counters.backend_errors += len(failures)
                        return error_reply(max(failures, key=CallFailed.rank).status)
                    size += sum(outcomes)
                case SleepStep(seconds):
                    yield Pause(seconds)
                case FileStep(length):
                    size += self._files[length].read()
                case CpuStep(seconds):
                    do_cpu_work(round(seconds * self._iterations_per_s))
                case SerializeStep(count):
                    items.extend(_item(number) for number in range(len(items), len(items) + count))
        has_items = any(isinstance(step, SerializeStep) for step in route.steps)
        listed = f',"items":[{",".join(items)}]' if has_items else ""
        body = f'{{"route":"{route.target[1:]}","calls":{calls},"bytes":{size}{listed}}}\n'
        return Reply(200, JSON, body.encode())


def _item(number: int) -> str:
    cents = 199 + number * 37 % 10_000
    stocked = "false" if number % 3 == 0 else "true"
    return (f'{{"id":{number},"name":"item-{number}","price":{cents // 100}.{cents % 100:02},"in_stock":{stocked},'
            f'"tags":["sample","{_COLOURS[number % 4]}"]}}')


class ScratchFile:
    """A file of the `file` steps, without a name in the temporary folder, in memory when it is read. asyncio has no
    files: like epoll and Asio it reads in line."""

    def __init__(self, size: int) -> None:
        try:
            self._file = tempfile.TemporaryFile()
            self._file.write(b"i" * size)
            self._file.flush()
        except OSError as error:
            raise ConfigError(f"{tempfile.gettempdir()}: cannot write a file for the 'file' steps "
                              f"({error.strerror}): set TMPDIR to a folder with room") from None
        self._path = f"/proc/self/fd/{self._file.fileno()}"

    def read(self) -> int:
        descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            total = 0
            while chunk := os.read(descriptor, 1 << 20):
                total += len(chunk)
            return total
        finally:
            os.close(descriptor)


def do_cpu_work(iterations: int) -> int:
    value = iterations
    for _ in range(iterations):
        value = (value * 6364136223846793005 + 1442695040888963407) & _MASK
    return value


def calibrate_cpu_rate() -> float:
    """Iterations of do_cpu_work in a second: the best of 20 runs of about a millisecond, as in core/service."""
    best = 0.0
    iterations = 1_000
    for _ in range(20):
        begin = time.perf_counter()
        do_cpu_work(iterations)
        best = max(best, iterations / (time.perf_counter() - begin))
        iterations = max(1, round(best * 1e-3))
    return best
