"""The results of all repetitions as a table for people."""

from __future__ import annotations

from typing import Any

from accuracy.anderson_darling import CRITICAL_VALUES

LEVEL = 0.05


def _cell(rows: list[dict[str, Any]], name: str) -> str:
    """Largest error of a percentile over the repetitions, and the oracle's value it belongs to."""
    worst = max((row["percentiles"][name] for row in rows), key=lambda p: abs(p["error_ms"]) / p["allowed_ms"])
    mark = "" if worst["ok"] else " !"
    return f"{worst['oracle_ms']:8.2f} {worst['error_ms']:+7.3f}{mark}"


def _valid(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those in which the generator did not doubt itself; if there are none, all."""
    return [row for row in rows if row["validity"] == "ok"] or rows


def _agreement(rows: list[dict[str, Any]]) -> str:
    valid = [row for row in rows if row["validity"] == "ok"]
    return f"{sum(row['ok'] for row in valid)}/{len(valid)}" + (f", {len(rows) - len(valid)} void" if len(valid) < len(rows)
                                                               else "")


def queue_table(repetitions: list[dict[str, Any]]) -> list[str]:
    lines = [f"{'queue':<22} {'n':>6}   {'p50 ms, error':>18} {'p90 ms, error':>18} {'p99 ms, error':>18}  agree"]
    for name in repetitions[0]["queues"]:
        rows = [repetition["queues"][name] for repetition in repetitions if name in repetition["queues"]]
        cells = " ".join(f"{_cell(_valid(rows), percentile):>18}" for percentile in ("p50", "p90", "p99"))
        lines.append(f"{name:<22} {rows[0]['requests']:>6}   {cells}  {_agreement(rows)}")
    return lines


def freeze_line(rows: list[dict[str, Any]]) -> str:
    worst = max(row["largest_error_ms"] for row in _valid(rows))
    return (f"server frozen for 2 s at 200/s: {min(row['requests'] for row in rows)}-"
            f"{max(row['requests'] for row in rows)} requests held up, each by the rest of it within {worst:.1f} ms "
            f"(allowed {rows[0]['allowed_ms']:.0f}); agree {_agreement(rows)}")


def gaps_line(rows: list[dict[str, Any]]) -> str:
    limit = CRITICAL_VALUES[LEVEL]
    parts = []
    for name in ("intended", "sent"):
        values = [row[f"a2_{name}"] for row in _valid(rows)]
        parts.append(f"{name} {min(values):.2f}-{max(values):.2f}, {sum(v > limit for v in values)} of {len(values)} above")
    return (f"Anderson-Darling of {rows[0]['gaps']} Poisson gaps, critical value {limit} (perfect schedules exceed it in "
            f"{LEVEL:.0%}): {'; '.join(parts)}")


def text(result: dict[str, Any]) -> str:
    repetitions = result["repetitions"]
    lines = [f"Accuracy of interleave-load, {len(repetitions)} repetitions (of each percentile the worst; void: the "
             "generator doubted itself)", ""]
    if repetitions[0]["queues"]:
        lines += queue_table(repetitions)
    for name, line in (("freeze", freeze_line), ("gaps", gaps_line)):
        rows = [repetition[name] for repetition in repetitions if name in repetition]
        if rows:
            lines += ["", line(rows)]
    return "\n".join(lines)
