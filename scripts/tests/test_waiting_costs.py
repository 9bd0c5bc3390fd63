"""The table of what waiting costs, and the sum that is to explain a run."""
import json

import pytest

import instruction_counts
import waiting_costs


def entry(name, real, cpu, unit="ns"):
    return {"run_name": name, "run_type": "iteration", "real_time": real, "cpu_time": cpu, "time_unit": unit}


MICRO = {"benchmarks": [
    entry("thread/create_and_join/process_time/real_time", 20, 15, "us"),
    entry("switch/yield_on_one_core/process_time/real_time", 2000, 2000),
    entry("socket/exchange_no_wait/manual_time", 3000, 8000),
    entry("socket/accept_and_close/manual_time", 5000, 20000),
    entry("socket/round_trip/blocking/real_time", 9000, 5000),
    entry("socket/round_trip/epoll/real_time", 9000, 5500),
    entry("session/one_call", 500, 500),
    {"run_name": "mutex/contended", "run_type": "iteration", "error_occurred": True, "real_time": 0, "cpu_time": 0,
     "time_unit": "ns"},
]}


def trial(**changed):
    counters = {"responses": {"200": 0}, "backend_calls": 0, "threads_created": 0, "connections_accepted": 0,
                "voluntary_switches": 0, "involuntary_switches": 0}
    after = {"responses": {"200": 1000}, "backend_calls": 1000, "threads_created": 1000, "connections_accepted": 0,
             "voluntary_switches": 2000, "involuntary_switches": 500}
    spec = {"model": "thread_per_request", "workload": "one_call", "load": {"connections": 4}}
    return {"spec": spec, "validity": "ok", "server_before": counters, "server_after": after,
            "processes": {"server": {"window": {"cpu_ns": 40_000_000}}}, **changed}


@pytest.fixture
def costs():
    return waiting_costs.costs_of(MICRO)


def test_times_are_in_microseconds_and_without_google_benchmarks_settings(costs):
    assert costs["thread/create_and_join"] == {"real_time": 20, "cpu_time": 15}
    assert costs["session/one_call"]["cpu_time"] == 0.5
    assert "mutex/contended" not in costs


def test_the_table_counts_the_two_switches_of_a_round_trip(costs):
    table = waiting_costs.costs_table(costs)
    assert "| a context switch, one core | 1 us | 1 us |" in table
    assert "| an exchange on a socket, without waiting | 3 us | 3 us |" in table
    assert "| a mutex, two threads at it | not measured | |" in table


def test_counts_times_costs_has_no_free_factor(costs):
    per = waiting_costs.counts_of(trial())
    parts = waiting_costs.predicted(per, costs, loop=False)
    assert parts == pytest.approx({"session": 0.5, "exchanges": 2 * 3, "waiting": 2 * (5 - 3), "preempted": 0.5 * 1,
                                   "threads": 15, "connections": 0})


def test_a_run_is_explained_with_its_residual(costs, tmp_path):
    (tmp_path / "trials").mkdir()
    (tmp_path / "run.json").write_text(json.dumps({"models": [{"name": "thread_per_request", "family": "threads"}]}))
    (tmp_path / "trials/1.json").write_text(json.dumps(trial()))
    (tmp_path / "trials/2.json").write_text(json.dumps(trial(validity="invalid")))
    table = waiting_costs.run_table(costs, tmp_path)
    assert table.endswith("| 26.0 | 40.0 | +35 % |"), table


def test_a_growth_above_the_limit_is_named():
    text, grown = instruction_counts.report({"a": 102.0, "b": 100.5, "new": 5.0}, {"a": 100.0, "b": 100.0}, 0.01)
    assert grown == ["a"]
    assert "+2.00%  REGRESSION" in text and "+0.50%\n" in text
