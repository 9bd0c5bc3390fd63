"""summary.md: the page in short, for a terminal or a job summary."""

from __future__ import annotations

from collections.abc import Sequence

from charts import findings
from charts.run_data import Cell, Run
from charts.table import Table, Value, count, estimate, figure, percent, text
from report.conditions import threats
from report.section import Section


def _escaped(value: str) -> str:
    for special in "\\|<>*_`":
        value = value.replace(special, "\\" + special)
    return " ".join(value.split())


def _row(values: Sequence[str]) -> str:
    return f"| {' | '.join(values)} |"


def _table(table: Table) -> list[str]:
    return [_row([_escaped(column) for column in table.columns]),
            _row(["---:" if right else "---" for right in table.numeric()]),
            *(_row([_escaped(value.text) for value in row]) for row in table.rows)]


def _load(cell: Cell) -> Value:
    return text(cell.load) if cell.is_open else count(cell.connections)


def _cells(run: Run) -> Table:
    table = Table(["workload", "load", "server", "requests/s", "95 % interval", "predicted", "residual",
                   "p50 ms", "p99 ms", "CPU µs/request", "validity"])
    for cell in run.cells:
        p50, p99 = (cell.latency_ms[name] for name in ("p50", "p99"))
        predicted = cell.predicted.throughput_rps if cell.predicted else None
        row: list[Value] = [text(cell.workload), _load(cell),
                            text(cell.model),
                            *estimate(cell.throughput_rps), figure(predicted), percent(cell.residual_percent),
                            figure(p50.estimate if p50 else None), figure(p99.estimate if p99 else None),
                            figure(cell.cpu_us_per_request.estimate if cell.cpu_us_per_request else None),
                            text(cell.validity)]
        table.rows.append(row)
    return table


def markdown_page(run: Run, sections: Sequence[Section]) -> str:
    trust = next(section for section in sections if section.badge)
    host = _escaped(str(run.host.get("hostname")))
    lines = [f"# Interleave: {_escaped(run.plan.name)} on {host}, {run.started_utc}",
             "", f"**{trust.question} {trust.badge.text}.** {_escaped(trust.answer)}", ""]
    for workload in run.measured_workloads():
        lines += [f"- {_escaped(findings.throughput_sentence(run, workload))}.",
                  f"- {_escaped(findings.latency_sentence(run, workload))}."]
    lines += [f"- {_escaped(findings.residual_sentence(run.cells))}.", ""]
    if run.cells:
        lines += [*_table(_cells(run)), ""]
    for table in trust.tables:
        lines += [f"## {table.caption}", "", *_table(table), ""]
    lines += ["## Threats to validity", "", *(f"- {_escaped(line)}" for line in threats(run)), ""]
    conditions = sections[-1]
    lines += [f"## {conditions.question}", "", _escaped(conditions.answer), ""]
    lines += ["```sh", conditions.command, "```", ""]
    return "\n".join(lines)
