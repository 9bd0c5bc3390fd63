"""Section 2: the words of the page, as the field uses them, with this run's own numbers where there are any."""

from __future__ import annotations

from charts import words
from charts.run_data import Run
from report.section import Section

_MODELS = (
    ("blocking", "The thread that makes a call sleeps until the answer is there. Whoever else needs that thread waits too."),
    ("threads", "Several threads, each blocking: the operating system runs another one while one sleeps."),
    ("event loop", "One thread that never sleeps on a single request: it starts an operation, goes on with whatever else is "
                   "ready, and comes back when the operating system says that the answer is there."),
)

_MEASURES = (
    ("throughput", "Requests answered per second."),
    ("in flight", "Requests whose work has begun and that have no reply yet. In flight on average = throughput x mean "
                  "time in flight (Little's law), which every trial here is checked against."),
    ("service time", "What a request takes from the moment the server begins it."),
    ("response time", "What the client waits: queueing and service time. In a closed loop this page calls it latency."),
    ("p50, p99, p99.9", "The time that half, 99 %, 99.9 % of the requests do not exceed. Given only where at least 20 "
                        "requests lie beyond it."),
    ("utilisation", "The share of the time that a resource is busy. A core at 95 % makes what needs it queue."),
    ("closed loop", "N clients, each sends its next request after the last reply: a slow server gets less to do."),
    ("open loop", "Requests come when they come, whatever the server does, as from independent users: a slow server builds "
                  "up a queue."),
    ("context switch", "The kernel takes the core from one thread and gives it to another."),
    ("interval", "Where the value would lie in 95 of 100 such runs, from the differences between launches of the server. "
                 "Servers whose intervals overlap are not ranked."),
    ("residual", "How far a measurement lies from its prediction, in percent of the prediction."),
)


def glossary(run: Run) -> Section:
    section = Section(2, "What do the words mean?", _answer(run))
    section.facts = [*_MODELS, *_MEASURES]
    return section


def _answer(run: Run) -> str:
    """The one thought that the rest hangs on, with the numbers of a workload of this run that waits."""
    given = {cell.workload: cell.predicted for cell in run.cells if cell.predicted and cell.family == "loop"}
    waits = {workload.name: workload.backend_ms_per_request for workload in run.workloads}
    for workload, predicted in given.items():
        if waits.get(workload, 0) > 0 and predicted.d_cpu_us > 0:
            factor = 1000 * predicted.d1_ms / predicted.d_cpu_us
            return (f"A request of {workload} takes {words.number(predicted.d1_ms)} ms, of which an event loop computes "
                    f"{words.number(predicted.d_cpu_us)} µs: while one request waits, a thread could work for about "
                    f"{words.number(factor)} others.")
    return "A server waits most of the time; a concurrency model is what it does meanwhile."
