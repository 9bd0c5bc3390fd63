"""The heat map shows every reply of the seconds that the trials hold, and says truly how latency goes."""

from __future__ import annotations

import json

import jsonschema
import pytest
from conftest import SCRIPTS

from charts.catalogue import draw
from charts.course import course_of, in_words, percent_of
from charts.json_reader import RunError
from charts.load_run import load_run
from charts.timeline_data import Second, at_most_ms, bucket_end, together
from make_run import second_of

MS = 1_000_000


def heat_maps(charts):
    return [chart for chart in charts if chart.id.startswith("S8-")]


def trial_files(folder, model, load_kind):
    found = []
    for path in sorted((folder / "trials").glob(f"*-{model}-*.json")):
        trial = json.loads(path.read_text())
        spec = trial["spec"]
        if (spec["purpose"], spec["driver"], spec["load"]["kind"]) == ("measure", "interleave", load_kind):
            found.append((path, trial))
    return found


def drawn_cells(axes, name):
    """(second, lowest edge in ns): shade."""
    cells = {}
    for patch in axes.patches:
        if (patch.get_gid() or "").startswith(f"heat:{name}:"):
            for box in patch.get_path().to_polygons(closed_only=False):
                (begin, low), (end, _) = box[0], box[1]
                for second in range(round(begin), round(end)):
                    assert (second, round(low * MS)) not in cells, "drawn twice"
                    cells[second, round(low * MS)] = int(patch.get_gid().rsplit(":", 1)[1])
    return cells


@pytest.mark.parametrize("kind, panel", [("closed", 0), ("open", 1)])
def test_every_bucket_of_every_second_is_drawn_in_its_shade(drawn, runs, kind, panel):
    (found,) = heat_maps(drawn["stall"])
    axes = found.canvas.axes[panel][0]
    timelines = [trial["result"]["interleave"]["timeline"] for _, trial in trial_files(runs["stall"], "libuv_loop", kind)]
    assert len(timelines) == 6
    expected, scheduled = {}, 0
    for timeline in timelines:
        for at, second in enumerate(timeline):
            scheduled += second["scheduled"]
            for lowest, count in second["response_ns"]:
                expected[at, lowest] = expected.get((at, lowest), 0) + count
    usual = scheduled / 20
    shades = {key: sum(count / usual >= least for least in (0.01, 0.03, 0.1, 0.3)) for key, count in expected.items()}
    assert drawn_cells(axes, f"libuv_loop:{kind}") == shades
    (slowest,) = [lines for lines in axes.collections if lines.get_gid() == f"slowest:libuv_loop:{kind}"]
    assert sorted(segment[0][1] * MS for segment in slowest.get_segments()) == pytest.approx(sorted(
        max(timeline[at]["max_ns"] for timeline in timelines) for at in range(20) if any(t[at]["ok"] for t in timelines)))


def test_a_stall_is_told_as_both_loops_see_it(drawn):
    (found,) = heat_maps(drawn["stall"])
    assert found.title.replace("\N{NO-BREAK SPACE}", " ").startswith(
        "libuv_loop stands still at 5 s and 15 s: in a closed loop the p99 latency of a second stays level")
    assert "in an open loop it reaches" in found.title
    assert "n = 6 per panel" in found.caption
    closed, opened = found.table.rows
    assert [closed[9].text, opened[9].text] == ["level", "peaks"]
    assert opened[7].raw in (6, 16) and opened[6].raw > 50 * opened[5].raw
    stops = [patch for patch in found.canvas.axes[0][0].patches if patch.get_gid() == "stall"]
    assert [patch.get_xy()[0][0] for patch in stops] == [5, 15]


def test_of_several_rates_the_one_just_below_capacity_is_drawn(drawn):
    (found,) = heat_maps(drawn["open_loop"])
    assert [row[1].text.replace("\N{NO-BREAK SPACE}", " ") for row in found.table.rows] == ["90 % of capacity"] * 2
    assert "Too few replies or seconds" in found.title, "two seconds have no course"


def test_table_has_the_sums_of_the_trials(drawn, runs):
    (found,) = heat_maps(drawn["open_loop"])
    for row in found.table.rows:
        trials = [trial for _, trial in trial_files(runs["open_loop"], row[0].text, "open")
                  if trial["spec"]["load"]["rate_percent"] == 90]
        assert row[10].raw == len(trials) == 6
        assert row[3].raw == sum(trial["result"]["requests"] for trial in trials)
        assert row[2].raw == row[3].raw and row[4].raw == 0


def change_validity(folder, kinds):
    path = folder / "summary.json"
    content = json.loads(path.read_text())
    for cell in content["cells"]:
        if cell["load"]["kind"] in kinds:
            cell.update(validity="suspect", reasons={"generator_suspect": 6})
    path.write_text(json.dumps(content))


def test_what_is_not_ok_is_drawn_and_marked_and_not_judged(copy_run):
    folder = copy_run("stall")
    change_validity(folder, ["closed"])
    (found,) = heat_maps(draw(load_run(folder), ["S8"]))
    assert "in an open loop the p99 latency of a second reaches" in found.title
    assert found.title.endswith("; a closed loop not judged")
    assert found.canvas.axes[0][0].get_title(loc="left").endswith("(suspect)")
    assert drawn_cells(found.canvas.axes[0][0], "libuv_loop:closed")
    change_validity(folder, ["closed", "open"])
    (found,) = heat_maps(draw(load_run(folder), ["S8"]))
    assert "nothing can be said" in found.title


@pytest.mark.parametrize("variant", ["full", "failures", "no_trials", "interrupted"])
def test_closed_loops_of_wrk_have_none(drawn, variant):
    assert not heat_maps(drawn[variant])


def change_timelines(folder, kind, edit):
    for path, trial in trial_files(folder, "libuv_loop", kind):
        edit(trial["result"]["interleave"])
        path.write_text(json.dumps(trial))


def test_runs_of_older_versions_have_none_and_are_read(copy_run):
    folder = copy_run("stall")
    change_timelines(folder, "open", lambda report: report.pop("timeline"))
    run = load_run(folder)
    assert not draw(run, ["S8"])
    assert draw(run, ["S4b"]), "all else is drawn"


def test_failures_and_the_drain_are_marked_and_noted(copy_run):
    folder = copy_run("stall")

    def edit(report):
        report["timeline"][7]["failed"] = 2
        report["timeline"] += [second_of([], 0), second_of([900 * MS], 0)]

    change_timelines(folder, "open", edit)
    (found,) = heat_maps(draw(load_run(folder), ["S8"]))
    axes = found.canvas.axes[1][0]
    lines = {line.get_gid(): list(line.get_xdata()) for line in axes.lines if line.get_gid()}
    assert lines["failed:libuv_loop:open"] == [7.5]
    assert lines["window"] == [20, 20] and axes.get_xlim() == (0, 22)
    notes = "\n".join(found.notes)
    assert "12 requests failed (cross" in notes


def test_a_broken_timeline_is_one_clear_line(copy_run):
    folder = copy_run("stall")
    change_timelines(folder, "open", lambda report: report["timeline"][3].update(response_ns=[[1, 2, 3]]))
    with pytest.raises(RunError, match=r"timeline\[3\]\.response_ns\[0\]: expected \[value, count\]"):
        load_run(folder)


def test_synthetic_seconds_are_what_the_schema_says(runs):
    schema = json.loads((SCRIPTS.parent / "docs" / "schemas" / "load.schema.json").read_text(encoding="utf-8"))
    check = jsonschema.Draft7Validator(schema["properties"]["timeline"])
    _, trial = trial_files(runs["stall"], "libuv_loop", "open")[0]
    timeline = trial["result"]["interleave"]["timeline"]
    check.validate(timeline)
    counts = {key: sum(second[key] for second in timeline) for key in ("scheduled", "ok", "failed")}
    assert counts == {"scheduled": trial["result"]["requests"], "ok": trial["result"]["requests"], "failed": 0}
    timeline[0]["surprise"] = 1
    assert not check.is_valid(timeline)


@pytest.mark.parametrize("lowest, end", [(0, 1), (7, 8), (8, 10), (14, 16), (8_388_608, 10_485_760),
                                         (7_340_032, 8_388_608)])
def test_buckets_meet(lowest, end):
    assert bucket_end(lowest) == end


def second(*values_ms):
    made = second_of([round(value * MS) for value in values_ms], len(values_ms))
    return Second(made["scheduled"], made["ok"], made["failed"], max(values_ms, default=None),
                  tuple(tuple(pair) for pair in made["response_ns"]))


def test_launches_add_up():
    one, other = [second(10, 10, 100)], [second(10), second(500)]
    both = together([one, other])
    assert [(s.ok, s.slowest_ms) for s in both] == [(4, 100), (1, 500)]
    assert both[0].buckets == ((8_388_608, 3), (83_886_080, 1))
    assert together([]) == ()


@pytest.mark.parametrize("values, percent, expected", [
    ([9] * 100, 50, 10.48576), ([9] * 100, 90, None), ([9] * 200, 90, 10.48576),
    ([9] * 179 + [20] * 21, 90, 20.971520), ([9] * 180 + [20] * 20, 90, 10.48576), ([], 50, None)])
def test_a_percentile_of_a_second_needs_samples_beyond(values, percent, expected):
    assert at_most_ms(second(*values), percent, 20) == expected


def steady(ms, replies=2500):
    return second(*[ms] * replies)


COURSES = {
    "level": ([steady(10)] * 6, "stays level (at most 10.5 ms)"),
    "a step of one bucket is level": ([steady(10)] * 3 + [steady(12)] * 3, "stays level (at most 12.6 ms)"),
    "climbs": ([steady(ms) for ms in (10, 20, 40, 80, 160, 320)], "climbs from 15.7 to 252 ms"),
    "peaks": ([steady(10)] * 3 + [steady(300)] + [steady(10)] * 3, "reaches 336 ms at 3 s, against 10.5 ms in the median"),
    "too short": ([steady(10)] * 2, "is not known"),
    "too few": ([second(10, 10)] * 6, "is not known"),
    "the drain does not count": ([steady(10)] * 6 + [steady(3000)], "stays level"),
}


@pytest.mark.parametrize("name", COURSES)
def test_course_of_latency_is_told(name):
    timeline, expected = COURSES[name]
    whole = min(len(timeline), 6) if "drain" in name else len(timeline)
    told = in_words(course_of(timeline, whole, percent_of([timeline], whole))).replace("\N{NO-BREAK SPACE}", " ")
    assert told.startswith(expected)


def test_a_second_without_replies_is_still():
    timeline = [steady(10), second(), steady(10), second(10), steady(10)]
    assert course_of(timeline, 5, 99).still == (1, 3)
    assert course_of([], 0, 99).still == ()


@pytest.mark.parametrize("replies, expected", [(2500, 99), (300, 90), (60, 50), (3, 50)])
def test_the_percentile_is_one_that_all_servers_can_give(replies, expected):
    assert percent_of([[steady(10)] * 4, [steady(10, replies)] * 4], 4) == expected
