"""Section 14: predicted against measured, with the inputs of each prediction."""

from __future__ import annotations

from charts import findings, words
from charts.run_data import Cell, Run
from charts.table import Table, count, estimate, figure, percent, text
from report.commands import summarize_again
from report.section import Section

_BOUNDS = {"clients": "clients", "in_flight_limit": "requests in flight", "cpu": "CPU",
           "offered": "the load offered"}


def predicted(run: Run) -> Section:
    section = Section(14, "Does theory predict what was measured?", f"{findings.residual_sentence(run.cells)}.",
                      command=summarize_again(run))
    section.paragraphs = [
        "Throughput cannot exceed N / D1 (N clients, each waiting D1 for its reply), c / D1 (a server that works on "
        "at most c requests at a time) and k / D_cpu (k cores, each request costing D_cpu of CPU time). The "
        "prediction is the smallest of these bounds. Mean value analysis (MVA) adds the queueing near the knee; it is a model, and "
        "pessimistic there for constant CPU times.",
        "D1 is the median response time at one connection and D_cpu the server's CPU time per request at "
        f"{words.counted(run.plan.calibration_connections, 'connection')}, both from trials that are used for "
        "nothing else; their ids stand in the table."]
    if run.cells:
        section.tables.append(_throughput(run))
        section.tables.append(_inputs(run))
    section.bullets = [f"{cell.model}, {cell.workload} at {cell.load}: no "
                       f"prediction: {cell.prediction_note}" for cell in run.cells if not cell.predicted]
    return section


def _throughput(run: Run) -> Table:
    table = Table(["server", "workload", "load", "predicted requests/s", "limited by", "MVA requests/s",
                   "measured requests/s", "95 % interval", "residual"],
                  caption="Throughput; residual = (measured - predicted) / predicted")
    for cell in run.cells:
        found = cell.predicted
        table.rows.append([
            text(cell.model), text(cell.workload), text(cell.load) if cell.is_open else count(cell.connections),
            figure(found.throughput_rps if found else None),
            text(_BOUNDS.get(found.bound_by, found.bound_by) if found else ""),
            figure(found.mva_rps if found else None), *estimate(cell.throughput_rps), percent(cell.residual_percent)])
    return table


def _inputs(run: Run) -> Table:
    table = Table(["server", "workload", "D1 ms", "D_cpu µs", "cores k", "from trials"],
                  caption="Inputs of the predictions")
    first: dict[tuple[str, str], Cell] = {}
    for cell in run.cells:
        if cell.predicted:
            first.setdefault((cell.model, cell.workload), cell)
    for (model, workload), cell in first.items():
        table.rows.append([text(model), text(workload), figure(cell.predicted.d1_ms),
                           figure(cell.predicted.d_cpu_us), count(run.layout.server_cores),
                           text(", ".join(cell.predicted.inputs_from))])
    return table
