"""The closed list of reasons (docs/schemas/trial.schema.json) in words: what happened, and what to do.

A test compares this table with the schema, so a reason without words cannot ship.
"""

from __future__ import annotations

from typing import NamedTuple


class Explained(NamedTuple):
    what: str
    hint: str


# Reasons that leave the throughput standing and make the latency null.
VOIDS_LATENCY = frozenset({"wrk_checksum", "wrk_capped", "generator_bound", "window_too_short", "starved",
                           "server_closes", "latency_gap"})

REASONS: dict[str, Explained] = {
    "backend_start_failed": Explained("the simulated backend did not start",
                                      "see the detail; run 'interleave doctor'"),
    "server_start_failed": Explained("the server did not start", "see the detail; run the server's command by hand"),
    "verify_failed": Explained("the server gave a wrong answer before the measurement",
                               "run 'interleave verify' for this model"),
    "not_quiet": Explained("the backend was still busy with the warm-up's requests",
                           "shorten the warm-up or lower the connections: the server was far behind"),
    "server_died": Explained("the server ended during the trial", "see the detail for its exit code or signal"),
    "backend_died": Explained("the backend ended during the trial", "see the detail; look for an out-of-memory kill"),
    "wrk_failed": Explained("wrk could not run or its report was unreadable", "run 'interleave doctor'"),
    "skipped_not_supported": Explained("the server says this host cannot run it", "see the detail"),
    "interrupted": Explained("the run was interrupted", "run the plan again"),
    "harness_error": Explained("the harness could not do its part", "see the detail; free disk space and descriptors"),
    "no_responses": Explained("the client got no reply at all", "run 'interleave verify' for this model"),
    "responses_mismatch": Explained("client and server count different numbers of responses",
                                    "the server loses or invents replies: the trial may not be used"),
    "backend_calls_mismatch": Explained("the backend saw other calls than the responses need",
                                        "the server skips or repeats backend calls: the trial may not be used"),
    "client_errors": Explained("more than 0.1 % of the requests failed at the client",
                               "see the errors of the cell; lower the load"),
    "wrong_status": Explained("replies had another status than the workload expects", "see the errors of the cell"),
    "overload": Explained("more than 0.1 % of the replies were 503: throughput is not goodput",
                          "lower the load or raise the server's limits"),
    "wrk_checksum": Explained("wrk's rewriting of latencies could not be undone with proof",
                              "no latency is given; repeat the trial"),
    "wrk_capped": Explained("the latency histogram was too large to export",
                            "no latency is given; lower wrk's timeout"),
    "backend_late": Explained("the backend answered more than 5 % late on average",
                              "the backend, not the server, shaped this: lower the load or give it a core of its own"),
    "generator_bound": Explained("the load generator's core was the limit",
                                 "compare by server CPU per request, or give the generator more cores"),
    "steal": Explained("the host took more than 2 % of the CPU time", "repeat on a quieter machine"),
    "window_too_short": Explained("fewer than 50 requests per connection: the window cuts off a large part",
                                  "measure longer or with fewer connections"),
    "starved": Explained("some connections got no reply at all", "the latency of the lucky ones would mislead"),
    "server_closes": Explained("the server closes each connection, so connecting is part of the cycle "
                               "but not of wrk's latency", "compare by throughput: N connections / throughput is "
                               "the time per request"),
    "latency_gap": Explained("connections = throughput x latency does not hold and no known reason explains it",
                             "do not use the latency; see the accounting in the trial"),
}


def what(reason: str) -> str:
    """The reason in words; the bare name where a newer harness knows more than this table."""
    return REASONS[reason].what if reason in REASONS else reason.replace("_", " ")


def hint(reason: str) -> str:
    return REASONS[reason].hint if reason in REASONS else ""
