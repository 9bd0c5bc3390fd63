#!/usr/bin/python3
"""What waiting costs on this machine: the table of `make micro`, and with a run, whether it explains that run.

    waiting_costs.py MICRO_JSON              print the table (MICRO_JSON: interleave-micro --benchmark_out=FILE)
    waiting_costs.py MICRO_JSON --run RUN    and: counts per request of that run's trials x these costs, beside the
                                             CPU time that was measured

The second table has no free factor. Per request a server pays for one exchange with its client and one for each backend
call, for the session's own work, for every time it waited, for threads it created and connections it accepted; how
often, its counters say. What remains is the residual: the loop's or scheduler's own work, memory that was no longer in
the cache, and whatever this model of a server leaves out.

Exit: 0 ok, 2 usage, 1 a file is missing or not what it should be.
"""
import json
import pathlib
import statistics
import sys

from command_line import CommandLine

# name in the table, benchmark, how many of the thing one iteration holds
ROWS = [
    ("a thread, created and joined", "thread/create_and_join", 1),
    ("a process, forked and waited for", "process/fork_and_wait", 1),
    ("a context switch, one core", "switch/yield_on_one_core", 2),
    ("a hand-off by futex, one core", "handoff/futex/one_core", 2),
    ("a hand-off by futex, to another core", "handoff/futex/two_cores", 2),
    ("a hand-off by condition variable, one core", "handoff/condition_variable/one_core", 2),
    ("a hand-off by condition variable, to another core", "handoff/condition_variable/two_cores", 2),
    ("a hand-off by eventfd, one core", "handoff/event_descriptor/one_core", 2),
    ("a hand-off by eventfd, to another core", "handoff/event_descriptor/two_cores", 2),
    ("through a bounded queue to a worker, one core", "handoff/bounded_queue/one_core", 2),
    ("through a bounded queue to a worker, to another core", "handoff/bounded_queue/two_cores", 2),
    ("a mutex, free", "mutex/free", 1),
    ("a mutex, two threads at it", "mutex/contended", 1),
    ("a callback posted, libuv", "libuv/post", 1),
    ("a callback posted, Asio", "asio/post", 1),
    ("a timer set and fired, libuv", "libuv/timer", 1),
    ("a timer set and fired, Asio", "asio/timer", 1),
    ("epoll_wait that finds something", "epoll/wait_ready", 1),
    ("a switch of coroutines (C++20)", "switch/coroutine", 2),
    ("a switch of contexts (Boost.Context)", "switch/boost_context", 2),
    ("a switch of fibers (Boost.Fiber)", "switch/boost_fiber", 2),
    ("a connection accepted and closed", "socket/accept_and_close", 1),
    ("an exchange on a socket, without waiting", "socket/exchange_no_wait", 1),
    ("a round trip to a peer, waiting in recv", "socket/round_trip/blocking", 1),
    ("a round trip to a peer, waiting in epoll", "socket/round_trip/epoll", 1),
    ("a request parsed, 40 bytes", "parse/request_parser/40_bytes", 1),
    ("the session's work for one backend call", "session/one_call", 1),
    ("a backend call encoded", "resp/encode_call", 1),
    ("a backend reply read", "resp/read_reply", 1),
    ("a latency recorded", "histogram/record", 1),
]
TO_US = {"ns": 1e-3, "us": 1.0, "ms": 1e3, "s": 1e6}


class InputError(Exception):
    pass


def load_json(path: pathlib.Path) -> dict:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: {error}") from None


def costs_of(micro: dict) -> dict[str, dict[str, float]]:
    """Microseconds by benchmark: elapsed and CPU time of one iteration, of the median repetition if repeated."""
    found: dict[str, list[dict]] = {}
    for entry in micro.get("benchmarks", []):
        if entry.get("run_type") != "iteration" or entry.get("error_occurred"):
            continue
        # Google Benchmark appends its settings: "x/process_time/real_time", "x/manual_time", "x/threads:2".
        name = entry["run_name"]
        for setting in ("/process_time", "/real_time", "/manual_time", "/threads:2"):
            name = name.replace(setting, "")
        found.setdefault(name, []).append(entry)
    return {name: {key: statistics.median(entry[key] for entry in entries) * TO_US[entries[0]["time_unit"]]
                   for key in ("real_time", "cpu_time")} for name, entries in found.items()}


def shown(us: float) -> str:
    return f"{us * 1000:.3g} ns" if us < 1 else f"{us:.3g} us"


def costs_table(costs: dict[str, dict[str, float]]) -> str:
    lines = ["| what waiting costs | takes | CPU time |", "|---|---:|---:|"]
    for title, name, parts in ROWS:
        if name not in costs:
            lines.append(f"| {title} | not measured | |")
            continue
        cost = costs[name]
        # The manual time is the server's half; the CPU time beside it would hold the client's too.
        cpu = cost["real_time"] if name in ("socket/exchange_no_wait", "socket/accept_and_close") else cost["cpu_time"]
        lines.append(f"| {title} | {shown(cost['real_time'] / parts)} | {shown(cpu / parts)} |")
    return "\n".join(lines)


def counts_of(trial: dict) -> dict[str, float] | None:
    """What the server did for one request, from its own counters over the window."""
    before, after = trial["server_before"], trial["server_after"]
    server = trial["processes"].get("server", {}).get("window")
    if trial["validity"] == "invalid" or not before or not after or not server:
        return None
    responses = sum(after["responses"].values()) - sum(before["responses"].values())
    if responses == 0 or after.get("voluntary_switches") is None:
        return None
    per = {key: (after[key] - before[key]) / responses
           for key in ("backend_calls", "threads_created", "connections_accepted", "voluntary_switches",
                       "involuntary_switches")}
    per["cpu_us"] = server["cpu_ns"] / 1e3 / responses
    return per


def predicted(per: dict[str, float], costs: dict[str, dict[str, float]], loop: bool) -> dict[str, float]:
    exchange = costs["socket/exchange_no_wait"]["real_time"]
    trip = costs["socket/round_trip/epoll" if loop else "socket/round_trip/blocking"]["cpu_time"]
    return {
        "session": costs["session/one_call"]["cpu_time"],
        "exchanges": (1 + per["backend_calls"]) * exchange,
        "waiting": per["voluntary_switches"] * max(0.0, trip - exchange),
        "preempted": per["involuntary_switches"] * costs["switch/yield_on_one_core"]["cpu_time"] / 2,
        "threads": per["threads_created"] * costs["thread/create_and_join"]["cpu_time"],
        "connections": per["connections_accepted"] * costs["socket/accept_and_close"]["real_time"],
    }


def run_table(costs: dict[str, dict[str, float]], run: pathlib.Path) -> str:
    families = {model["name"]: model["family"] for model in load_json(run / "run.json")["models"]}
    cells: dict[tuple, list[dict]] = {}
    for file in sorted((run / "trials").glob("*.json")):
        trial = load_json(file)
        per = counts_of(trial)
        if per is not None:
            spec = trial["spec"]
            key = (spec["model"], spec["workload"], spec["load"]["connections"])
            cells.setdefault(key, []).append(per)
    if not cells:
        raise InputError(f"{run}: no trial with counters")
    lines = ["| model, workload, connections | switches | threads | session | exchanges | waiting | preempted | threads "
             "| connections | sum | measured | residual |", "|---|" + "---:|" * 11]
    for (model, workload, connections), launches in sorted(cells.items()):
        per = {key: statistics.median(launch[key] for launch in launches) for key in launches[0]}
        parts = predicted(per, costs, families.get(model) == "loop")
        total = sum(parts.values())
        switches = per["voluntary_switches"] + per["involuntary_switches"]
        lines.append(f"| {model} {workload} c{connections} | {switches:.2f} | {per['threads_created']:.2f} | "
                     + " | ".join(f"{value:.1f}" for value in parts.values())
                     + f" | {total:.1f} | {per['cpu_us']:.1f} | {100 * (per['cpu_us'] - total) / per['cpu_us']:+.0f} % |")
    return "\n".join(lines)


def main() -> int:
    parser = CommandLine(__doc__)
    parser.add_argument("micro", type=pathlib.Path, help="JSON of interleave-micro")
    parser.add_argument("--run", type=pathlib.Path, help="folder of a run to explain")
    arguments = parser.parse_args()
    try:
        costs = costs_of(load_json(arguments.micro))
        print(costs_table(costs))
        if arguments.run:
            print("\nCPU time per request in microseconds: counts x costs, beside the measured.\n")
            print(run_table(costs, arguments.run))
    except (InputError, KeyError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
