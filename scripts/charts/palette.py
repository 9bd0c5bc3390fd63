"""Colour = server, marker = family. The same server has the same colour in every chart and run.

The eight colours have a contrast of at least 3:1 on white and on #15181d and stay apart under colour-vision
deficiencies. A run with more servers than colours highlights at most four; the others are grey.
"""

from __future__ import annotations

from collections.abc import Sequence

GREY = "#808080"
COLOURS = ("#A06020", "#6040FF", "#40A0A0", "#FF2080", "#008060", "#C000A0", "#8080FF", "#C08000")
HIGHLIGHTED = 4

# Where a server's colour is fixed. Others take the colours left over, in the run's order.
_PREFERRED = {
    "single_threaded": "#A06020",
    "libuv_loop": "#6040FF",
    "thread_pool": "#40A0A0",
    "thread_per_request": "#FF2080",
    "asio_loop": "#008060",
    "blocking_loop": "#C000A0",
    "epoll_minimal": "#8080FF",
    "thread_per_connection": "#C08000",
}

MARKERS = {"blocking": "s", "threads": "^", "loop": "o", "ruler": "D"}
MARKER_NAMES = {"s": "square", "^": "triangle", "o": "circle", "D": "diamond", "P": "plus"}


def marker(family: str) -> str:
    """The family's marker; a plus for a family the charts do not know."""
    return MARKERS.get(family, "P")


def colours(models: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Colours of (name, family) pairs. The ruler is no model and always grey."""
    names = [name for name, family in models if family != "ruler"]
    result = {name: GREY for name, _ in models}
    ranked = sorted(names, key=lambda name: (list(_PREFERRED).index(name) if name in _PREFERRED else len(_PREFERRED)))
    if len(names) > len(COLOURS):
        ranked = ranked[:HIGHLIGHTED]
    for name in ranked:
        if name in _PREFERRED:
            result[name] = _PREFERRED[name]
    free = [colour for colour in COLOURS if colour not in result.values()]
    for name in ranked:
        if name not in _PREFERRED:
            result[name] = free.pop(0)
    return result
