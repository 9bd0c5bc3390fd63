"""Checks a file in the Trace Event Format, as Perfetto and Chrome read it, for what those viewers silently get wrong."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any


def validate(trace: dict[str, Any]) -> None:
    """Fails with what is wrong: a missing field, complete events that overlap, asynchronous ones that are not closed in
    order, a name whose digits would cost it its colour."""
    assert set(trace) == {"displayTimeUnit", "otherData", "traceEvents"} and trace["displayTimeUnit"] in ("ms", "ns")
    threads: dict[Any, list[tuple[float, float]]] = defaultdict(list)
    open_events: dict[Any, list[tuple[str, float]]] = defaultdict(list)
    for event in trace["traceEvents"]:
        assert isinstance(event["pid"], int) and isinstance(event["tid"], int) and event["name"], event
        if event["ph"] == "M":
            assert event["name"] in ("process_name", "thread_name") and event["args"]["name"]
            continue
        assert event["ts"] >= 0 and event["cat"], event
        assert not re.search(r"\d", event["name"]), f"digits in '{event['name']}'"
        if event["ph"] == "X":
            assert event["dur"] >= 0, event
            threads[event["pid"], event["tid"]].append((event["ts"], event["ts"] + event["dur"]))
        elif event["ph"] == "b":
            open_events[event["pid"], event["cat"], event["id"]].append((event["name"], event["ts"]))
        else:
            assert event["ph"] == "e", f"unexpected phase {event['ph']}"
            name, begun = open_events[event["pid"], event["cat"], event["id"]].pop()
            assert name == event["name"] and begun <= event["ts"], f"{event} closes {name}"
    assert threads, "no lane has anything to show"
    assert not any(open_events.values()), f"never closed: {open_events}"
    for thread, slices in threads.items():
        slices.sort()
        for (_, end), (begin, _) in zip(slices, slices[1:]):
            assert end <= begin + 1e-3, f"thread {thread}: complete events overlap at {begin}"
