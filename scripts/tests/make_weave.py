"""A weave that never happened, in the form of docs/schemas/weave.schema.json: the ideal one, served by a single thread."""

from __future__ import annotations

from typing import Any

REQUESTS = 8
CPU_NS, WAIT_NS = 1_000_000, 20_000_000
Json = dict[str, Any]


def make_weave(model: str, family: str, blocking: bool) -> Json:
    """Blocking: one request after another, waits hold the thread. Else: woven."""
    requests = [_blocking(place) if blocking else _woven(place) for place in range(REQUESTS)]
    finish = max(request["received_ns"] for request in requests)
    return {"schema_version": 1, "version": "0.1.0", "commit": "0123456789ab", "model": model, "family": family,
            "workload": "weave", "workload_source": "", "in_flight_limit": 1 if blocking else None, "cores": 2,
            "finish_ns": [finish + 3000, finish - 2000, finish, finish + 1000, finish - 1000], "kept": 2,
            "predicted_finish_ns": finish, "lanes": 1, "requests": requests}


def _blocking(place: int) -> Json:
    begin = place * (2 * CPU_NS + WAIT_NS)
    times = [0, begin, begin + CPU_NS, begin + CPU_NS + WAIT_NS, begin + 2 * CPU_NS + WAIT_NS]
    return _request(place, "accept_queue", times, held=True)


def _woven(place: int) -> Json:
    begin = place * CPU_NS
    times = [0, begin, begin + CPU_NS, begin + CPU_NS + WAIT_NS, begin + 2 * CPU_NS + WAIT_NS]
    return _request(place, "ready", times, held=False)


def _request(place: int, before: str, times: list[int], held: bool) -> Json:
    states = [(before, None, None), ("running", None, 0), ("waiting", "backend", 0 if held else None),
              ("running", None, 0)]
    spans = [{"state": state, "op": op, "lane": lane, "begin_ns": begin, "end_ns": end}
             for (state, op, lane), begin, end in zip(states, times, times[1:]) if end > begin]
    return {"name": "ABCDEFGH"[place], "target": f"/weave?id={place + 1}", "sent_ns": 0, "received_ns": times[-1],
            "predicted_ns": times[-1], "spans": spans}
