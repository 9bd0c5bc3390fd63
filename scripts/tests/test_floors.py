"""The floors: the statistics against published values, and what is said of a run's trials."""

from __future__ import annotations

import copy
import itertools
import json
import math
import random
from pathlib import Path

import pytest
from floors.judge import Floors, judge, load_floors, read_costs
from floors.main import main
from floors.signed_rank import centre, critical_rank, fewest_pairs

from charts.json_reader import RunError

FLOORS = Floors("hello", 64, "ceiling", 20, {"fast": 0.8, "slow": 0.8, "near": 0.8, "absent": 0.8})


@pytest.mark.parametrize("count, rank", [(6, 1), (8, 4), (10, 9), (15, 26), (20, 53), (25, 90)])
def test_critical_ranks_are_those_of_the_tables(count, rank):
    """Two-sided 5 %: the tables give the largest T that is rejected, 0 3 8 25 52 89."""
    assert critical_rank(count) == rank


def test_critical_rank_is_what_counting_all_signs_gives():
    count = 9
    sums = [sum(rank for rank, sign in enumerate(signs, 1) if sign)
            for signs in itertools.product((0, 1), repeat=count)]
    rank = critical_rank(count)
    assert sum(total < rank for total in sums) <= 0.025 * len(sums) < sum(total < rank + 1 for total in sums)


def test_fewer_than_six_pairs_have_no_interval():
    assert fewest_pairs() == 6
    with pytest.raises(ValueError):
        centre([1.0] * 5)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    source = random.Random(7)
    rounds = 2000
    hits = 0
    for _ in range(rounds):
        found = centre([source.gauss(0.3, 1.0) for _ in range(20)])
        assert found.low <= found.estimate <= found.high
        hits += found.low <= 0.3 <= found.high
    assert 0.935 <= hits / rounds <= 0.975  # exact coverage 0.952; the margin is 3.5 standard errors


@pytest.fixture(name="trial", scope="module")
def fixture_trial(run_folder: Path):
    """Makes a trial as the harness writes it, changed where these tests look."""
    template = next(value for file in sorted((run_folder / "trials").glob("*.json"))
                    if (value := json.loads(file.read_text()))["validity"] == "ok")

    def make(model: str, repetition: int, cpu_us: float, connections: int = 64, validity: str = "ok",
             counted: bool = True) -> dict:
        value = copy.deepcopy(template)
        value["validity"] = validity
        value["spec"].update(model=model, workload="hello", purpose="measure", repetition=repetition)
        value["spec"]["load"]["connections"] = connections
        value["processes"]["server"]["window"]["cpu_ns"] = round(cpu_us * 1e3 * 1000)
        value["accounting"]["client_responses"] = 1000 if counted else 2000
        for key, responses in (("server_before", 50), ("server_after", 1050)):
            value[key]["responses"] = {"200": responses}
            if not counted:
                value[key] = None
        return value

    return make


def write_run(folder: Path, trials: list[dict]) -> Path:
    (folder / "trials").mkdir()
    for number, value in enumerate(trials):
        (folder / "trials" / f"{number:04}.json").write_text(json.dumps(value))
    return folder


@pytest.fixture(name="run")
def fixture_run(tmp_path: Path, trial) -> Path:
    """The machine slows down by half over the run; the ratios stay."""
    trials = []
    for repetition in range(1, 21):
        drift = 1 + 0.5 * repetition / 20
        noise = 1 + 0.02 * math.sin(repetition)
        trials.append(trial("ceiling", repetition, 6.0 * drift))
        for model, ratio in (("fast", 0.9), ("slow", 0.7), ("near", 0.8), ("peer", 0.5)):
            trials.append(trial(model, repetition, 6.0 * drift / ratio * noise))
    return write_run(tmp_path, trials)


def test_says_of_each_floor_whether_it_is_met(run):
    verdicts = {verdict.model: verdict for verdict in judge(read_costs(run, FLOORS), FLOORS)}
    assert {model: verdict.word for model, verdict in verdicts.items()} == {
        "fast": "met", "slow": "MISSED", "near": "not resolved", "absent": "not measured", "peer": ""}
    fast = verdicts["fast"]
    assert fast.pairs == 20 and fast.ratio.low < 0.9 < fast.ratio.high
    assert fast.ratio.high - fast.ratio.low < 0.03, "the drift cancels within the pairs"


def test_pairs_are_of_one_repetition_and_invalid_trials_void_theirs(tmp_path, trial):
    trials = [trial("ceiling", repetition, 6.0) for repetition in range(1, 11)]
    trials += [trial("fast", repetition, 7.0) for repetition in range(5, 15)]
    trials.append(trial("fast", 4, 9.0, validity="invalid"))
    trials.append(trial("fast", 1, 9.0, connections=1))
    run = write_run(tmp_path, trials)
    (fast,) = [verdict for verdict in judge(read_costs(run, FLOORS), FLOORS) if verdict.model == "fast"]
    assert fast.pairs == 6 and fast.ratio.estimate == pytest.approx(6 / 7)


def test_a_server_without_counters_is_counted_by_its_client(tmp_path, trial):
    trials = [trial("ceiling", 1, 6.0), trial("peer", 1, 8.0, counted=False)]
    assert read_costs(write_run(tmp_path, trials), FLOORS)["peer"][1] == pytest.approx(4.0)


def test_a_run_without_the_ruler_is_refused(tmp_path, trial):
    with pytest.raises(RunError, match="nothing to compare with"):
        read_costs(write_run(tmp_path, [trial("fast", 1, 6.0)]), FLOORS)
    with pytest.raises(RunError, match="no trials"):
        read_costs(tmp_path / "nowhere", FLOORS)


def test_the_table_names_servers_that_exist_and_the_command_prints_every_one(tmp_path, trial, capsys):
    floors = load_floors()
    root = Path(__file__).resolve().parents[2]
    for model in (floors.ruler, *floors.by_model):
        assert (root / "servers" / model).is_dir(), f"floors.toml names {model}"
    trials = [trial("ceiling", repetition, 6.0) for repetition in range(1, 21)]
    for model, floor in floors.by_model.items():
        trials += [trial(model, repetition, 6.0 / floor / 1.1) for repetition in range(1, 21)]
    assert main([str(write_run(tmp_path, trials))]) == 0
    out = capsys.readouterr().out
    assert all(f"\n{model} " in out for model in floors.by_model)
    assert out.count(" met\n") == len(floors.by_model)


def test_a_missed_floor_is_exit_3_and_a_missing_model_exit_4(tmp_path, trial, capsys):
    floors = load_floors()
    trials = [trial("ceiling", repetition, 6.0) for repetition in range(1, 21)]
    run = write_run(tmp_path, trials)
    assert main([str(run)]) == 4
    slow = next(iter(floors.by_model))
    for repetition in range(1, 21):
        (run / "trials" / f"slow{repetition}.json").write_text(json.dumps(trial(slow, repetition, 60.0)))
    assert main([str(run)]) == 3
    assert "MISSED" in capsys.readouterr().out
