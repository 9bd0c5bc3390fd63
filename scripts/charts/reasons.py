"""The closed list of reasons (docs/schemas/trial.schema.json) in words: what happened, and what to do.

A test compares this table with the schema, so a reason without words cannot ship.
"""

from __future__ import annotations

from typing import NamedTuple


class Explained(NamedTuple):
    what: str
    hint: str


# The numbers may not be used.
INVALID: dict[str, Explained] = {
    "backend_start_failed": Explained("the simulated backend did not start", "run 'interleave doctor'"),
    "server_start_failed": Explained("the server did not start", "run the server's command by hand"),
    "verify_failed": Explained("the server gave a wrong answer before the measurement",
                               "run 'interleave verify' for this model"),
    "not_quiet": Explained("the backend was still busy with the warm-up's requests",
                           "shorten the warm-up or lower the connections: the server was far behind"),
    "server_died": Explained("the server ended during the trial", "look for a crash or an out-of-memory kill"),
    "backend_died": Explained("the backend ended during the trial", "look for a crash or an out-of-memory kill"),
    "generator_failed": Explained("the generator could not run or its report was unreadable", "run 'interleave doctor'"),
    "skipped_not_supported": Explained("the server says this host cannot run it", "leave the model out"),
    "interrupted": Explained("the run was interrupted", "go on with: interleave run --resume RUN"),
    "harness_error": Explained("the harness could not do its part", "run 'interleave doctor'; free disk space"),
    "rate_unknown": Explained("a share of the predicted capacity was asked for and there is no prediction",
                              "look at this model's calibration trials"),
    "no_responses": Explained("the client got no reply at all", "run 'interleave verify' for this model"),
    "responses_mismatch": Explained("client and server count different numbers of responses",
                                    "the server loses or invents replies: repair it"),
    "backend_calls_mismatch": Explained("the backend saw other calls than the responses need",
                                        "the server skips or repeats backend calls: repair it"),
    "client_errors": Explained("more than 0.1 % of the requests failed at the client", "lower the load"),
    "wrong_status": Explained("replies had another status than the workload expects",
                              "run 'interleave verify' for this model"),
}

# The numbers stand, but something besides the model shaped them.
SUSPECT: dict[str, Explained] = {
    "overload": Explained("more was asked than the server answers: requests failed, or waited ever longer",
                          "lower the load or raise the server's limits"),
    "wrk_checksum": Explained("wrk's rewriting of latencies could not be undone with proof",
                              "no latency is given; repeat the trial"),
    "backend_late": Explained("the backend answered more than 5 % late on average",
                              "the backend, not the server, shaped this: lower the load or give it its own core"),
    "generator_bound": Explained("the load generator's core was the limit",
                                 "compare by server CPU per request, or give the generator more cores"),
    "steal": Explained("the host took more than 2 % of the CPU time", "repeat on a quieter machine"),
    "generator_suspect": Explained("the generator was late, interrupted or stalled by its own account",
                                   "repeat on a quieter machine, or give the generator a core of its own"),
}

# Throughput is valid, latency is null.
LATENCY_ONLY: dict[str, Explained] = {
    "wrk_capped": Explained("the latency histogram was too large to export", "lower wrk's timeout"),
    "window_too_short": Explained("fewer than 50 requests per connection: the window cuts off a large part",
                                  "measure longer or with fewer connections"),
    "starved": Explained("some connections got no reply at all", "the latency of the lucky ones would mislead"),
    "server_closes": Explained("the server closes every connection: connecting is in the cycle, not in the latency",
                               "none needed: throughput counts the whole cycle"),
    "latency_gap": Explained("connections = throughput x latency does not hold, for no known reason",
                             "see the accounting in the trial"),
}

VOIDS_LATENCY = frozenset({"wrk_checksum", "generator_bound", *LATENCY_ONLY})

_ALL = {**INVALID, **SUSPECT, **LATENCY_ONLY}


def what(reason: str) -> str:
    """The reason in words; its name where a newer harness knows more than this table."""
    return _ALL[reason].what if reason in _ALL else reason.replace("_", " ")


def hint(reason: str) -> str:
    return _ALL[reason].hint if reason in _ALL else ""


def severity(reason: str) -> int:
    """0 worst (invalid, or unknown), 1 suspect, 2 latency only: for sorting."""
    return 1 if reason in SUSPECT else 2 if reason in LATENCY_ONLY else 0
