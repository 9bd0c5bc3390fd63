"""Requests that come at once, traced for real: `interleave trace`, and the record it leaves."""

from __future__ import annotations

from pathlib import Path

from charts import words
from charts.weave_data import Weave, load_weaves
from lab.exercise import Row, number_verdict
from lab.programs import Programs

WORKLOAD = "weave"
CPU_MS, WAIT_MS = 1, 20  # of its request: CPU, a wait, CPU again
SHORTEST_TURN_MS = 0.3   # of what counts as a turn: less is not the request's own work


def trace(programs: Programs, folder: Path, model: str, requests: int, workers: int, cores: int | None = None,
          servers: Path | None = None) -> Weave:
    """Five runs, the median one kept; the files stay in `folder`/weave, the one for ui.perfetto.dev among them."""
    weaves = folder / "weave"
    weaves.mkdir(parents=True, exist_ok=True)
    command = ["trace", model, WORKLOAD, "--requests", str(requests), "--threads", str(workers), "--out",
               weaves / f"{model}.perfetto.json", "--json", weaves / f"{model}.json"]
    programs.call(command + (["--servers", servers] if servers else []), cores=cores)
    (weave,) = load_weaves(folder, [model])
    return weave


def finish_row(weave: Weave, predicted_ms: float, what: str = "last reply [ms]") -> Row:
    """The interval is the range of five runs: with 94 % confidence the median run lies in it."""
    low, high = min(weave.finish_ms), max(weave.finish_ms)
    return Row(what, f"{predicted_ms:g}", words.number(weave.predicted_finish_ms),
               f"{words.number(weave.finish)} ({words.interval(low, high)})",
               number_verdict(predicted_ms, low, high, weave.finish))


def values_of(weave: Weave) -> dict[str, object]:
    return {"model": weave.model, "cores": weave.cores, "threads": weave.lanes, "woven": weave.woven,
            "most_in_flight": weave.most_in_flight, "finish_ms": list(weave.finish_ms), "median_ms": weave.finish,
            "theory_ms": weave.predicted_finish_ms}
