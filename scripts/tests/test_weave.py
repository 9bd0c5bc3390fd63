"""The weave and the storyboard show what was recorded, and say what it shows."""

from __future__ import annotations

import json

import jsonschema
import pytest

from charts.breakdown import breakdown_sentence, shares_of
from charts.catalogue import draw
from charts.json_reader import RunError
from charts.load_run import load_run
from charts.storyboard import frames_of
from charts.weave_data import Weave, load_weaves
from make_weave import make_weave
from test_schemas import validator


@pytest.fixture(name="weaves")
def fixture_weaves(runs) -> dict[str, Weave]:
    return {weave.model: weave for weave in load_run(runs["full"]).weaves}


def patches(axes, state):
    return [patch for patch in axes.patches if (patch.get_gid() or "").startswith(f"{state}:")]


def figures(run, figure):
    return {chart.id: chart for chart in draw(run, [figure])}


def test_the_synthetic_weaves_are_valid(runs):
    for file in (runs["full"] / "weave").glob("*.json"):
        validator("weave").validate(json.loads(file.read_text()))


def test_the_schema_refuses_what_is_unknown_or_missing(runs):
    good = json.loads((runs["full"] / "weave" / "libuv_loop.json").read_text())
    for target in (good, good["requests"][0], good["requests"][0]["spans"][0]):
        target["surprise"] = 1
        with pytest.raises(jsonschema.ValidationError):
            validator("weave").validate(good)
        del target["surprise"]
        key = next(iter(target))
        value = target.pop(key)
        with pytest.raises(jsonschema.ValidationError):
            validator("weave").validate(good)
        target[key] = value


def test_woven_is_said_of_the_loop_only(weaves):
    assert weaves["libuv_loop"].woven and weaves["libuv_loop"].most_in_flight == 8
    assert not weaves["single_threaded"].woven and weaves["single_threaded"].most_in_flight == 1


def test_every_turn_is_drawn_where_and_when_it_was(runs, weaves):
    chart = figures(load_run(runs["full"]), "S2")["S2-lanes"]
    for weave, panels in zip(weaves.values(), chart.canvas.axes, strict=True):
        drawn = sorted((p.get_x(), p.get_width(), p.get_gid()) for p in patches(panels[0], "running"))
        assert drawn == sorted((span.begin_ms, span.end_ms - span.begin_ms, f"running:{request.name}")
                               for request in weave.requests for span in request.runs())
        (line,) = [line for line in panels[0].get_lines() if line.get_gid() == "predicted"]
        assert list(line.get_xdata()) == [weave.predicted_finish_ms] * 2


def test_a_wait_is_in_a_threads_row_only_if_it_holds_the_thread(runs):
    chart = figures(load_run(runs["full"]), "S2")["S2-lanes"]
    single, loop = (panels[0] for panels in chart.canvas.axes)
    assert len(patches(single, "waiting")) == 8 and not patches(loop, "waiting")


def test_the_states_of_a_request_fill_its_row(runs, weaves):
    chart = figures(load_run(runs["full"]), "S2")["S2-requests"]
    for weave, panels in zip(weaves.values(), chart.canvas.axes, strict=True):
        for request in weave.requests:
            bars = sorted((p.get_x(), p.get_x() + p.get_width()) for p in panels[0].patches
                          if p.get_gid().endswith(f":{request.name}"))
            assert bars[0][0] == 0 and bars[-1][1] == pytest.approx(request.received_ms)
            assert all(a[1] == pytest.approx(b[0]) for a, b in zip(bars, bars[1:]))


def test_both_columns_show_the_same_on_scales_that_are_named(runs):
    for chart in figures(load_run(runs["full"]), "S2").values():
        left, right = chart.canvas.axes[-1]
        assert left.get_xlim()[0] == right.get_xlim()[0] == 0 and right.get_xlim()[1] < left.get_xlim()[1]
        assert "[ms]" in left.get_xlabel() and "enlarged" in right.get_xlabel()
        assert all(panels[0].get_xlim() == left.get_xlim() for panels in chart.canvas.axes), "one scale for all servers"


def test_titles_come_from_the_data(runs):
    charts = figures(load_run(runs["full"]), "S2")
    assert charts["S2-lanes"].title == ("8 requests on one thread: woven together by libuv_loop they take 29.0 ms, "
                                        "one after another in single_threaded 176 ms")
    assert charts["S2-requests"].title == ("The last of 8 requests that come at once is begun after 7.00 ms in libuv_loop, "
                                           "after 154 ms in single_threaded")
    (only,) = figures(load_run(runs["one_model"]), "S3").values()
    assert only.title.startswith("libuv_loop serves 8 requests on one thread: 8 wait")


def test_the_storyboard_tells_the_story_in_order(weaves):
    frames = frames_of(weaves["libuv_loop"])
    assert [frame.time_ms for frame in frames] == sorted(frame.time_ms for frame in frames)
    assert all(len(frame.states["running"]) <= 1 for frame in frames), "one thread"
    assert all(sum(map(len, frame.states.values())) == 8 for frame in frames)
    assert frames[0].states["running"] == ["A"] and len(frames[0].states["ready"]) == 7
    assert any(len(frame.states["waiting"]) == 8 for frame in frames)
    assert frames[-1].states == {"ready": [], "running": ["H"], "waiting": [], "answered": list("ABCDEFG")}


def test_a_run_without_a_weave_draws_the_rest(runs):
    charts = draw(load_run(runs["few_repetitions"]))
    assert charts and not any(chart.id.startswith(("S2", "S3")) for chart in charts)


def test_what_is_not_traced_is_named(copy_run):
    folder = copy_run()
    (folder / "weave" / "single_threaded.json").unlink()
    (lanes, _) = figures(load_run(folder), "S2").values()
    assert lanes.notes == ("Not drawn, for want of a trace: single_threaded.",)
    assert lanes.title == "libuv_loop answers 8 requests that come at once in 29.0 ms on 1 thread"


def test_a_broken_file_is_named(copy_run):
    folder = copy_run()
    (folder / "weave" / "libuv_loop.json").write_text('{"schema_version": 1}')
    with pytest.raises(RunError, match="libuv_loop.json"):
        load_weaves(folder, ["libuv_loop"])


def test_a_breakdown_adds_up_to_the_response_time(tmp_path):
    (tmp_path / "weave").mkdir()
    for model, blocking in (("single", True), ("woven", False)):
        (tmp_path / "weave" / f"{model}.json").write_text(json.dumps(make_weave(model, "loop", blocking)))
    for weave in load_weaves(tmp_path, ["single", "woven"]):
        shares = shares_of(weave)
        whole = sum(request.spans[-1].end_ms - request.spans[0].begin_ms for request in weave.requests)
        assert shares.whole == pytest.approx(whole / len(weave.requests))
        assert (shares.running, shares.waiting) == (pytest.approx(2), pytest.approx(20))
    assert breakdown_sentence({weave.model: shares_of(weave) for weave in load_weaves(tmp_path, ["single", "woven"])}) == (
        "Of 99.0 ms a request stands in line for 77.0 in single; for 3.50 of 25.5 in woven")


def test_the_breakdown_has_a_part_for_each_state_of_each_server(drawn):
    (chart,) = [chart for chart in drawn["full"] if chart.id == "S9-breakdown"]
    kinds = {patch.get_gid().split(":")[0] for patch in chart.canvas.axes[0][0].patches}
    assert kinds == {"queueing", "running", "waiting"}
    assert all(row[-1].raw == pytest.approx(sum(value.raw for value in row[1:-1])) for row in chart.table.rows)
