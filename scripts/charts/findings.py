"""What the numbers say, as sentences: titles of figures and first lines of sections.

Nothing is said of a cell that is not ok, and servers whose intervals overlap are not ranked against each other.
"""

from __future__ import annotations

from collections.abc import Sequence

from charts import reasons, words
from charts.run_data import ENOUGH_REPETITIONS, Cell, Estimate, Run


def ranked_load(run: Run, workload: str) -> int | None:
    """The largest number of connections at which a model's throughput is ok."""
    loads = [cell.connections for cell in rankable(run.cells_of(workload))]
    return max(loads) if loads else None


def rankable(cells: Sequence[Cell]) -> list[Cell]:
    return [cell for cell in cells if cell.validity == "ok" and cell.throughput_rps and cell.family != "ruler"]


def overlap(a: Estimate, b: Estimate) -> bool:
    """Intervals that overlap; without intervals nothing is known, and only equal estimates count."""
    if not (a.has_interval and b.has_interval):
        return a.estimate == b.estimate
    return a.low <= b.high and b.low <= a.high


def leaders(cells: Sequence[Cell]) -> list[Cell]:
    """The best cell and all whose intervals overlap with its own, best first."""
    ordered = sorted(cells, key=lambda cell: (-cell.throughput_rps.estimate, cell.model))
    return [cell for cell in ordered if overlap(cell.throughput_rps, ordered[0].throughput_rps)]


def best(cells: Sequence[Cell]) -> list[Cell]:
    """Of the leaders those that may be named in one breath: an interval that is wide because a server's repetitions
    differ overlaps with anything."""
    ahead = leaders(cells)
    return [cell for cell in ahead if cell.throughput_rps.estimate >= 0.75 * ahead[0].throughput_rps.estimate]


def throughput_sentence(run: Run, workload: str) -> str:
    """Who answers how many, at the largest load with an ok cell; who is left out, and that it is."""
    load = ranked_load(run, workload)
    if load is None:
        return _unranked(run, workload)
    cells = [cell for cell in rankable(run.cells_of(workload)) if cell.connections == load]
    ranked = [cell.model for cell in cells]
    left_out = [model.name for model in run.models if model.name not in ranked and model.family != "ruler"
                and (model.name in run.plan.models or not run.plan.models)]
    without = f"; {words.listed(left_out)} not ranked" if left_out else ""
    return _ranking(cells, load) + without


def _unranked(run: Run, workload: str) -> str:
    """What was measured where no cell is ok: figures that stand, and no order among them."""
    suspect = [cell for cell in run.cells_of(workload) if cell.usable and cell.family != "ruler"]
    if not suspect:
        return f"No trial of {workload} is ok: nothing can be said about throughput"
    load = max(cell.connections for cell in suspect)
    cells = [cell for cell in suspect if cell.connections == load]
    rates = words.extent([cell.throughput_rps.estimate for cell in cells])
    return (f"At {words.counted(load, 'connection')} {words.listed([cell.model for cell in cells])} "
            f"{'answers' if len(cells) == 1 else 'answer'} {rates} requests/s, all of it suspect: nobody is ranked")


def _ranking(cells: Sequence[Cell], load: int) -> str:
    at = f"At {words.counted(load, 'connection')}"
    first = best(cells)
    rest = [cell for cell in cells if cell not in first]
    names = words.listed([cell.model for cell in first])
    rates = words.extent([cell.throughput_rps.estimate for cell in first])
    if len(first) > 1 and not rest:
        return f"{at} {names} do not differ measurably: {rates} requests/s"
    start = f"{at} {names} {'answer' if len(first) > 1 else 'answers'} {rates} requests/s"
    if rest:
        last = min(rest, key=lambda cell: cell.throughput_rps.estimate)
        factor = first[0].throughput_rps.estimate / last.throughput_rps.estimate
        least = words.number(last.throughput_rps.estimate)
        return f"{start}, {words.times(factor)} as many as {last.model} ({least})"
    if first[0].residual_percent is not None:
        return f"{start}, {off_prediction(first[0].residual_percent)}"
    return start


def price_sentence(run: Run, workload: str) -> str:
    """What a request costs in server CPU at the load of throughput_sentence; empty where it is not known."""
    load = ranked_load(run, workload)
    cells = [cell for cell in rankable(run.cells_of(workload))
             if cell.connections == load and cell.cpu_us_per_request]
    if not cells:
        return ""
    ordered = sorted(cells, key=lambda cell: cell.cpu_us_per_request.estimate)
    costs = [f"{words.number(cell.cpu_us_per_request.estimate)} µs for {cell.model}" for cell in ordered]
    return f"The price is server CPU time: per request {words.listed(costs)}."


def off_prediction(residual_percent: float) -> str:
    if abs(residual_percent) < 0.05:
        return "as predicted"
    return f"{abs(residual_percent):.1f} % {'above' if residual_percent > 0 else 'below'} its prediction"


def residual_sentence(cells: Sequence[Cell]) -> str:
    """How far measurement and prediction are apart, over the cells that have both."""
    compared = [cell for cell in cells if cell.usable and cell.residual_percent is not None]
    if not compared:
        return "No cell has both a measurement and a prediction"
    worst = max(compared, key=lambda cell: abs(cell.residual_percent))
    within = sum(abs(cell.residual_percent) <= 10 for cell in compared)
    return (f"{within} of {words.counted(len(compared), 'cell')} {'is' if 1 in (within, len(compared)) else 'are'} within 10 % of the "
            f"prediction; the farthest is {worst.model} at {worst.load}: "
            f"{words.percent(worst.residual_percent)}")


def with_latency(run: Run, workload: str) -> list[Cell]:
    """The cells that are ok and have a latency, at the largest load that has one, the fastest first."""
    given = [cell for cell in run.cells_of(workload)
             if cell.validity == "ok" and cell.latency_ms["p50"] and cell.family != "ruler"]
    load = max((cell.connections for cell in given), default=0)
    return sorted((cell for cell in given if cell.connections == load),
                  key=lambda cell: (cell.latency_ms["p50"].estimate, cell.model))


def latency_sentence(run: Run, workload: str) -> str:
    given = with_latency(run, workload)
    if not given:
        return f"No latency of {workload} is ok and can be given"
    parts = []
    for cell in given:
        p99 = cell.latency_ms["p99"]
        tail = f" (p99 {words.number(p99.estimate)} ms)" if p99 else ""
        parts.append(f"{words.number(cell.latency_ms['p50'].estimate)} ms with {cell.model}{tail}")
    return (f"At {words.counted(given[0].connections, 'connection')} half of the requests take at most "
            f"{words.listed(parts)}")


def reasons_in_words(cell: Cell) -> str:
    return "; ".join(f"{reasons.what(reason)} ({words.counted(count, 'trial')})"
                     for reason, count in sorted(cell.reasons.items(), key=lambda item: (-item[1], item[0])))


def grouped(notes: Sequence[tuple[str, int, str]]) -> tuple[str, ...]:
    """(model, connections, reason) as lines, loads of the same model and reason together."""
    groups: dict[tuple[str, str], list[int]] = {}
    for model, connections, reason in notes:
        groups.setdefault((model, reason), []).append(connections)
    return tuple(f"{model} at {words.listed([f'{load:,}' for load in sorted(loads)])}: {reason}"
                 for (model, reason), loads in groups.items())


def sizes(run: Run, cells: Sequence[Cell]) -> str:
    """'n = 6 repetitions per point'."""
    if not cells:
        return "No repetition could be used"
    n = words.span([run.repetitions_used(cell) for cell in cells])
    return f"n = {n} {'repetition' if n == '1' else 'repetitions'} per point"


def care(cells: Sequence[Cell]) -> str:
    """For subtitles: a word of care where a figure rests on few repetitions; else empty. A suspect cell, which has few ok
    ones however often it was repeated, is drawn from all."""
    few = [cell for cell in cells if cell.usable and cell.indicative
           and (cell.validity == "ok" or cell.repetitions < ENOUGH_REPETITIONS)]
    return f" Fewer than {ENOUGH_REPETITIONS} repetitions: indicative." if few else ""
