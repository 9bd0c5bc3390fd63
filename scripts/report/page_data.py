"""What the page's script works on: the traces and the cells of a run as one compact JSON text. The words that need a
table of their own (why a cell is suspect) are made here, so that the script holds no second copy of them.
"""

from __future__ import annotations

import json
from typing import Any

from charts import findings, reasons, storyboard, weave
from charts.run_data import Cell, Estimate, Run
from charts.weave_data import Request, Weave

_NS_PER_MS = 1_000_000
Json = dict[str, Any]


def page_data(run: Run) -> str:
    """Safe inside a <script> element; the same for the same run."""
    data = {"weaves": [_weave(item) for item in run.weaves],
            "loops": [item.model for item in storyboard.loops(run)], "loads": _loads(run)}
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")


def _weave(item: Weave) -> Json:
    colours = weave.colours(item)
    return {"model": item.model, "lanes": item.lanes,
            "requests": [{"name": request.name, "colour": colours[request.name], "spans": _spans(request)}
                         for request in item.requests]}


def _spans(request: Request) -> list[list[Any]]:
    """[state, what it waits for, thread or null, begin, end] in nanoseconds, as recorded."""
    return [[span.state, span.op, span.lane, round(span.begin_ms * _NS_PER_MS), round(span.end_ms * _NS_PER_MS)]
            for span in request.spans if span.end_ms > span.begin_ms]


def _loads(run: Run) -> list[Json]:
    """Cells that may stand side by side: the same workload, driver and load; those with at least two models."""
    groups: dict[tuple[Any, ...], list[Cell]] = {}
    order = [workload.name for workload in run.workloads]
    for cell in sorted(run.cells, key=lambda cell: order.index(cell.workload)):
        if cell.family != "ruler":
            # A share is of the model's own capacity: equal shares are one load, though the rates differ.
            rate = None if cell.rate_percent is not None else cell.rate_rps
            key = (cell.workload, cell.driver, cell.load_kind, cell.connections, cell.rate_percent, rate)
            groups.setdefault(key, []).append(cell)
    return [_load(cells) for cells in groups.values() if len(cells) > 1]


def _load(cells: list[Cell]) -> Json:
    first = cells[0]
    return {"workload": first.workload, "name": f"{first.workload}, {first.load} ({first.driver})", "open": first.is_open,
            "share": first.rate_percent is not None, "cells": [_cell(cell) for cell in cells]}


def _cell(cell: Cell) -> Json:
    return {"model": cell.model, "validity": cell.validity, "why": findings.reasons_in_words(cell),
            "indicative": cell.indicative, "note": reasons.what(cell.latency_note),
            "throughput": _estimate(cell.throughput_rps), "p50": _estimate(cell.latency_ms["p50"]),
            "p99": _estimate(cell.latency_ms["p99"]), "cpu": _estimate(cell.cpu_us_per_request),
            "memory": _estimate(cell.rss_mib)}


def _estimate(value: Estimate | None) -> list[float | None] | None:
    return None if value is None else [value.estimate, value.low, value.high]
