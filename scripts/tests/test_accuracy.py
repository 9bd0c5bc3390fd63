"""The oracle itself: its recursions against queueing theory, its statistics against scipy, its logs against mistakes."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path

import pytest

from accuracy.anderson_darling import CRITICAL_VALUES, modified, statistic
from accuracy.cases import QueueCase, compare, expected_responses, queue_cases
from accuracy.queues import quantile, response_times
from accuracy.records import ExperimentError, SentRequest, read_requests, read_services, served

REFERENCE = Path(__file__).resolve().parents[2] / "harness" / "stats" / "reference.json"
N = 200_000


def poisson(rate: float, count: int, seed: int) -> list[int]:
    generator, time, arrivals = random.Random(seed), 0.0, []
    for _ in range(count):
        time += generator.expovariate(rate)
        arrivals.append(round(time * 1e9))
    return arrivals


def exponential(mean_s: float, count: int, seed: int) -> list[int]:
    generator = random.Random(seed)
    return [round(generator.expovariate(1 / mean_s) * 1e9) for _ in range(count)]


def mean_wait_s(arrivals: list[int], services: list[int], servers: int) -> float:
    responses = response_times(arrivals, services, servers)
    return sum(response - service for response, service in zip(responses, services)) / len(services) / 1e9


def erlang_c(servers: int, load: float) -> float:
    """Probability that a request waits in M/M/c. A. K. Erlang (1917)."""
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    return last / (sum(load**k / math.factorial(k) for k in range(servers)) + last)


# Recursions

def test_a_worked_example_of_each_kind():
    arrivals, services = [0, 1, 2, 10], [5, 3, 1, 2]
    assert response_times(arrivals, services, 1) == [5, 7, 7, 2]
    assert response_times(arrivals, services, 2) == [5, 3, 3, 2]
    assert response_times(arrivals, services, 0) == services


def test_one_server_is_lindleys_recursion():
    arrivals, services = poisson(800, 5_000, 1), exponential(1e-3, 5_000, 2)
    wait, expected = 0, []
    for i, service in enumerate(services):
        if i > 0:
            wait = max(0, wait + services[i - 1] - (arrivals[i] - arrivals[i - 1]))
        expected.append(wait + service)
    assert response_times(arrivals, services, 1) == expected


def test_c_servers_are_kiefer_and_wolfowitzs_recursion():
    arrivals, services = poisson(2_700, 5_000, 3), exponential(1e-3, 5_000, 4)
    work, expected = [0, 0, 0], []  # what each of three servers has left to do, ascending
    for i, service in enumerate(services):
        gap = arrivals[i] - arrivals[i - 1] if i > 0 else 0
        work = sorted(max(0, left - gap) for left in work)
        expected.append(work[0] + service)
        work = sorted([work[0] + service, *work[1:]])
    assert response_times(arrivals, services, 3) == expected


@pytest.mark.parametrize("utilisation", [0.5, 0.7])
def test_mean_wait_of_m_d_1_is_pollaczeks_and_khinchines(utilisation):
    wait = mean_wait_s(poisson(utilisation * 1000, N, 5), [1_000_000] * N, 1)
    assert wait == pytest.approx(utilisation * 1e-3 / (2 * (1 - utilisation)), rel=0.03)


@pytest.mark.parametrize("servers,utilisation", [(1, 0.7), (4, 0.5), (4, 0.8), (16, 0.8)])
def test_mean_wait_of_m_m_c_is_erlangs(servers, utilisation):
    load = servers * utilisation
    wait = mean_wait_s(poisson(load * 1000, N, 6), exponential(1e-3, N, 7), servers)
    assert wait == pytest.approx(erlang_c(servers, load) * 1e-3 / (servers - load), rel=0.05)


def test_response_of_m_m_1_is_exponential():
    responses = response_times(poisson(600, N, 8), exponential(1e-3, N, 9), 1)
    for q in (0.5, 0.9, 0.99):
        assert quantile(responses, q) / 1e9 == pytest.approx(-math.log(1 - q) * 1e-3 / 0.4, rel=0.05)


def test_arrivals_must_ascend_and_have_a_service():
    with pytest.raises(ValueError, match="ascend"):
        response_times([2, 1], [1, 1], 1)
    with pytest.raises(ValueError, match="service"):
        response_times([1, 2], [1], 1)


def test_quantile_is_a_value_that_occurred():
    values = list(range(1000, 0, -1))
    assert [quantile(values, q) for q in (0, 0.5, 0.5001, 0.99, 1)] == [1, 500, 501, 990, 1000]


# Anderson-Darling

def test_statistic_and_critical_values_are_scipys():
    cases = json.loads(REFERENCE.read_text(encoding="utf-8"))["anderson_exponential"]
    for case in cases:
        assert statistic(case["values"]) == pytest.approx(case["statistic"], rel=1e-8)
        n = len(case["values"])
        for level, value in case["critical_values"]:
            assert CRITICAL_VALUES[level] / (1 + 0.6 / n) == pytest.approx(value, abs=6e-4)  # scipy rounds
    assert len(cases) >= 3


def test_exponential_gaps_exceed_the_critical_value_as_often_as_it_says():
    generator = random.Random(11)
    values = [modified([generator.expovariate(3) for _ in range(100)]) for _ in range(2000)]
    for level, limit in CRITICAL_VALUES.items():
        share = sum(value > limit for value in values) / len(values)
        assert share == pytest.approx(level, abs=4 * math.sqrt(level * (1 - level) / len(values)))


@pytest.mark.parametrize("bend", [
    lambda gap: gap + 0.1,                       # a floor: sends that are never close together
    lambda gap: max(1e-6, gap - 0.05),           # clumps: sends that leave together
    lambda gap: math.ceil(gap * 8) / 8,          # a coarse clock
    lambda gap: gap**0.9,                        # too even
])
def test_bent_schedules_are_noticed(bend):
    generator = random.Random(12)
    gaps = [generator.expovariate(1) for _ in range(2000)]
    assert modified(gaps) < CRITICAL_VALUES[0.05]
    assert modified([bend(gap) for gap in gaps]) > CRITICAL_VALUES[0.01]


def test_gaps_must_be_gaps():
    for gaps in ([], [1.0], [1.0, 0.0]):
        with pytest.raises(ValueError):
            statistic(gaps)


# Logs and cases

def request(number: int, intended: int, sent: int, measured: bool = True) -> SentRequest:
    return SentRequest(number, measured, "ok", intended, sent, sent + 1)


def case(**changes) -> QueueCase:
    fields = dict(name="x", what="", utilisation=0.5, rate=1, mean_ms=1, service="constant", server_limit=1,
                  connections=8, client_limit=0)
    return QueueCase(**{**fields, **changes})


def test_latency_counts_from_the_intended_time_and_warm_up_only_loads_the_queue():
    pairs = [(request(2, 12, 13), 4), (request(1, 0, 1, measured=False), 20), (request(3, 14, 14), 4)]
    # The server is busy from 1 to 21 with the warm-up, then until 25 and 29.
    assert expected_responses(case(), pairs) == [25 - 12, 29 - 14]


def test_a_queue_in_the_generator_begins_at_the_intended_time():
    # One connection: sent late because it was busy, and that is latency.
    pairs = [(request(1, 0, 0), 10), (request(2, 1, 10), 10), (request(3, 2, 20), 10)]
    assert expected_responses(case(server_limit=0, connections=1, client_limit=1), pairs) == [10, 19, 28]


def test_compare_allows_half_a_millisecond_or_three_percent():
    expected = [100_000_000] * 100
    within = compare({"p50": 102_900_000, "p90": 97_100_000, "p99": 103_100_000}, expected)
    assert [within[name]["ok"] for name in ("p50", "p90", "p99")] == [True, True, False]
    small = compare({"p50": 1_490_000, "p90": 510_000, "p99": 1_510_000}, [1_000_000])
    assert [small[name]["ok"] for name in ("p50", "p90", "p99")] == [True, True, False]


def test_logs_are_joined_by_id(tmp_path):
    (tmp_path / "requests.csv").write_text("id,phase,outcome,intended_ns,sent_ns,ended_ns\n"
                                           "7,warmup,ok,10,11,20\n8,window,ok,30,31,40\n", encoding="utf-8")
    (tmp_path / "services.csv").write_text("id,arrived_ns,start_ns,end_ns\n8,32,33,39\n7,12,12,19\n", encoding="utf-8")
    requests = read_requests(tmp_path / "requests.csv")
    services = read_services(tmp_path / "services.csv")
    assert [(r.id, r.measured, service) for r, service in served(requests, services)] == [(7, False, 7), (8, True, 6)]


def test_nothing_may_be_left_out():
    lost = SentRequest(1, True, "timeout", 0, 1, None)
    with pytest.raises(ExperimentError, match="1 of 1 requests did not end well .first: timeout"):
        served([lost], {1: 1})
    with pytest.raises(ExperimentError, match="did not log 1 requests .first: id 5"):
        served([request(5, 0, 0)], {4: 1})


def test_cases_load_their_servers_as_they_say():
    for each in queue_cases():
        servers = each.servers or 10
        assert each.rate * each.mean_ms / 1e3 / servers == pytest.approx(each.utilisation)
