"""The figures show the numbers of the files, all of them, and come out the same every time."""

from __future__ import annotations

import dataclasses
import json
import re
from xml.etree import ElementTree

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from charts import findings, palette, words
from charts.catalogue import draw
from charts.coordinated_omission import users_see
from charts.load_run import load_run
from charts.main import main
from charts.offered_load import draw_offered_load
from charts.run_data import PERCENTILES, Estimate, Stall
from make_run import VARIANTS


def summary_cells(folder, model):
    cells = json.loads((folder / "summary.json").read_text())["cells"]
    return sorted((cell for cell in cells if cell["model"] == model), key=lambda cell: cell["load"]["connections"])


def chart(charts, figure):
    (found,) = [chart for chart in charts if chart.id.startswith(f"{figure}-")]
    return found


def lines(axes, gid):
    return [line for line in axes.get_lines() if line.get_gid() == gid]


def points(axes, gid):
    return [(x, y) for line in lines(axes, gid) for x, y in zip(line.get_xdata(), line.get_ydata())]


@pytest.mark.parametrize("model", ["single_threaded", "libuv_loop"])
def test_throughput_shows_measured_and_predicted_of_every_cell(drawn, runs, model):
    main_axes = chart(drawn["full"], "S5").canvas.axes[0][0]
    cells = summary_cells(runs["full"], model)
    assert points(main_axes, f"measured:{model}") == \
        [(cell["load"]["connections"], cell["throughput_rps"]["estimate"]) for cell in cells]
    assert points(main_axes, f"predicted:{model}") == \
        [(cell["load"]["connections"], cell["predicted"]["throughput_rps"]) for cell in cells]


def test_throughput_shows_intervals_and_residuals(drawn, runs):
    main_axes, residual_axes = (row[0] for row in chart(drawn["full"], "S5").canvas.axes)
    cells = [cell for model in ("single_threaded", "libuv_loop") for cell in summary_cells(runs["full"], model)]
    bars = [tuple(bar.get_segments()[0][:, 1]) for bar in main_axes.collections]
    for cell in cells:
        interval = (cell["throughput_rps"]["low"], cell["throughput_rps"]["high"])
        assert any(bar == pytest.approx(interval) for bar in bars)
    drawn = sorted(container.lines[0].get_ydata()[0] for container in residual_axes.containers)
    assert drawn == pytest.approx(sorted(cell["residual_percent"] for cell in cells))


def test_throughput_shows_every_repetition(drawn, runs):
    main_axes = chart(drawn["full"], "S5").canvas.axes[0][0]
    trials = [json.loads(path.read_text()) for path in (runs["full"] / "trials").glob("*libuv_loop*")]
    expected = sorted(
        (trial["spec"]["load"]["connections"], trial["result"]["requests"] / trial["result"]["duration_us"] * 1e6)
        for trial in trials if trial["spec"]["purpose"] == "measure")
    assert sorted(points(main_axes, "repetitions:libuv_loop:ok")) == pytest.approx(expected)
    assert len(expected) == 18


def test_nothing_that_failed_is_dropped(drawn):
    found = chart(drawn["failures"], "S5")
    main_axes = found.canvas.axes[0][0]
    assert points(main_axes, "invalid:single_threaded") == [(256, 0)]
    assert len(points(main_axes, "repetitions:libuv_loop:invalid")) == 1
    assert len(points(main_axes, "repetitions:libuv_loop:suspect")) == 6
    notes = "\n".join(found.notes)
    assert re.search(r"single_threaded at 256: invalid .*the server ended during the trial \(6 trials\)", notes)
    assert re.search(r"libuv_loop at 64: suspect", notes)
    assert re.search(r"libuv_loop at 256: 5 of 6 repetitions used", notes)


def test_an_interrupted_run_says_what_is_missing(drawn, runs):
    run = load_run(runs["interrupted"])
    notes = "\n".join(chart(drawn["interrupted"], "S5").notes)
    short = [cell for cell in run.cells if len(cell.trials) < cell.repetitions]
    assert short
    for cell in short:
        where = rf"{cell.model} at [^:]*\b{cell.connections}\b[^:]*"
        assert re.search(rf"{where}: {len(cell.trials)} of 6 repetitions", notes)


@pytest.mark.parametrize("name", PERCENTILES)
def test_latency_shows_the_summary(drawn, runs, name):
    panel = chart(drawn["full"], "S5b").canvas.axes[0][PERCENTILES.index(name)]
    cells = summary_cells(runs["full"], "libuv_loop")
    given = [cell for cell in cells if cell["latency_ms"][name]]
    assert points(panel, f"{name}:libuv_loop") == \
        [(cell["load"]["connections"], cell["latency_ms"][name]["estimate"]) for cell in given]
    assert given


def test_latency_marks_what_is_null_with_its_reason(drawn):
    found = chart(drawn["full"], "S5b")
    for name, panel in zip(PERCENTILES, found.canvas.axes[0]):
        assert points(panel, f"null:{name}:single_threaded") == [(1, 0), (64, 0), (256, 0)]
    assert found.notes[1].startswith("single_threaded at 1, 64 and 256: no latency (cross): the server closes every")
    assert found.notes[0] == "libuv_loop at 1: no p99 (cross): fewer than 20 samples of a repetition lie beyond it"


@pytest.mark.parametrize("figure, panel, name, key", [("S11", 0, "CPU time", "cpu_us_per_request"),
                                                       ("S11", 1, "context switches", "ctx_switches_per_request"),
                                                       ("S10", 0, "memory", "rss_mib")])
def test_costs_show_the_summary(drawn, runs, figure, panel, name, key):
    axes = chart(drawn["full"], figure).canvas.axes[panel][0]
    for model in ("single_threaded", "libuv_loop"):
        assert points(axes, f"{name}:{model}") == \
            [(cell["load"]["connections"], cell[key]["estimate"]) for cell in summary_cells(runs["full"], model)]


def test_nines_show_the_largest_load_with_a_latency_and_end_where_samples_end(drawn, runs):
    found = chart(drawn["full"], "S6")
    cell = summary_cells(runs["full"], "libuv_loop")[-1]
    upper = [q["latency_ms"] for q in cell["latency_quantiles"] if q["quantile"] >= 0.5]
    (bar,) = found.canvas.axes[0][0].containers
    assert list(bar.lines[0].get_ydata()) == upper
    assert "single_threaded" not in found.description, "it has no latency: no line, not a zero"


def test_axes_name_their_units(drawn):
    for found in drawn["full"]:
        if found.id == "S3-storyboard":
            continue  # moments, no axes; their times have units
        labels = [label for row in found.canvas.axes for axes in row for label in (axes.get_xlabel(), axes.get_ylabel())]
        assert any("[" in label for label in labels)


def test_logarithmic_axes_are_announced(drawn):
    for found in drawn["full"]:
        logarithmic = found.canvas.axes[0][0].get_yscale() == "log"
        assert ("both axes logarithmic" in found.subtitle) == logarithmic
        if not logarithmic:
            assert found.canvas.axes[0][0].get_ylim()[0] == 0


@pytest.mark.parametrize("variant", ["full", "failures"])
def test_files_are_the_same_every_time(runs, variant):
    first, second = (draw(load_run(runs[variant])) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert one.svg() == other.svg() == one.svg()
        assert one.svg(inline=True) == other.svg(inline=True)
        assert one.png() == other.png()


@pytest.mark.parametrize("variant", VARIANTS)
def test_svg_is_fit_for_a_page(drawn, variant):
    for found in drawn[variant]:
        svg = found.svg(inline=True)
        assert not re.search(r"DOCTYPE|metadata|<style|style=|dc:date|#010203", svg)
        root = ElementTree.fromstring(svg)
        assert root.get("role") == "img"
        title, desc = (root.find(f"{{http://www.w3.org/2000/svg}}{tag}") for tag in ("title", "desc"))
        assert title.text == found.title and desc.text == found.description
        ids = [element.get("id") for element in root.iter() if element.get("id")]
        assert len(ids) == len(set(ids)) and all(name.startswith(found.id) for name in ids)
        assert set(re.findall(r'href="#([^"]+)"', svg)) | set(re.findall(r"url\(#([^)]+)\)", svg)) <= set(ids)


@pytest.mark.parametrize("variant", ["full", "failures", "few_repetitions", "two_workloads", "all_invalid",
                                     "open_loop", "stall"])
def test_no_text_is_cut_or_overlaps(drawn, variant):
    for found in drawn[variant]:
        figure = found.canvas.figure
        canvas = FigureCanvasAgg(figure)
        canvas.draw()  # lays out the axis labels
        renderer = canvas.get_renderer()
        texts = [text for text in [*figure.texts, *(t for row in found.canvas.axes for axes in row for t in
                                                    [*axes.texts, axes.title, axes._left_title, axes.xaxis.label,
                                                     axes.yaxis.label])] if text.get_text() and text.get_visible()]
        boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in texts]
        for name, box in boxes:
            assert box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y0 >= 0 and box.y1 <= figure.bbox.y1, name
        for i, (name, box) in enumerate(boxes):
            for other, second in boxes[i + 1:]:
                across = min(box.x1, second.x1) - max(box.x0, second.x0)
                down = min(box.y1, second.y1) - max(box.y0, second.y0)
                assert min(across, down) <= 1.5, f"'{name}' touches '{other}'"


def test_command_writes_svg_and_png(copy_run, capsys):
    folder = copy_run()
    assert main([str(folder), "--only", "S5"]) == 0
    assert sorted(path.name for path in (folder / "figures").iterdir()) == ["S5-one_call.png", "S5-one_call.svg"]
    assert capsys.readouterr().out.count("\n") == 2


def test_unknown_figure_is_refused(copy_run, capsys):
    assert main([str(copy_run()), "--only", "S99"]) == 2
    assert capsys.readouterr().err == "error: no figure 'S99': there are S2, S3, S4, S4b, S5, S5b, S6, S7, S8, S9, S10, S11, S15\n"


@pytest.mark.parametrize("value, expected", [
    (24012.3, "24,000"), (96.04, "96.0"), (0.012345, "0.0123"), (999.6, "1,000"), (5, "5"), (0, "0"), (0.0, "0"),
    (1234567, "1,230,000"), (-2.345, "-2.35"), (10.0, "10.0"), (256.1, "256"),
])
def test_numbers_have_three_significant_digits(value, expected):
    assert words.number(value) == expected


@pytest.mark.parametrize("value, expected", [
    (2.14, "+2.1 %"), (-2.14, "−2.1 %"), (-0.04, "0.0 %"), (250.4, "+250 %"),
])
def test_percentages_are_signed(value, expected):
    assert words.percent(value).replace("\N{NO-BREAK SPACE}", " ") == expected


@pytest.mark.parametrize("a, b, expected", [
    (Estimate(10, 9, 11), Estimate(12, 10.9, 13), True),
    (Estimate(10, 9, 11), Estimate(12, 11.1, 13), False),
    (Estimate(10, None, None), Estimate(10.1, None, None), False),
])
def test_overlapping_intervals_are_one_tier(a, b, expected):
    assert findings.overlap(a, b) is expected


def test_titles_do_not_rank_what_is_not_ok(runs):
    run = load_run(runs["failures"])
    sentence = findings.throughput_sentence(run, "one_call")
    assert sentence.startswith("At 256 connections libuv_loop answers")
    assert sentence.endswith("single_threaded not ranked")
    assert "nothing can be said" in findings.throughput_sentence(load_run(runs["all_invalid"]), "one_call")


def test_servers_whose_cells_are_all_suspect_are_named_and_not_ranked(runs):
    run = load_run(runs["full"])
    run = dataclasses.replace(run, cells=tuple(dataclasses.replace(cell, validity="suspect") for cell in run.cells))
    sentence = findings.throughput_sentence(run, "one_call")
    assert sentence.startswith("At 256 connections libuv_loop and single_threaded answer ")
    assert sentence.endswith("requests/s, all of it suspect: nobody is ranked")
    assert "times" not in sentence


def test_a_server_keeps_its_colour_in_every_run():
    both = palette.colours([("single_threaded", "blocking"), ("libuv_loop", "loop")])
    assert palette.colours([("libuv_loop", "loop")])["libuv_loop"] == both["libuv_loop"] != both["single_threaded"]


def test_unknown_servers_get_free_colours_and_the_ruler_none():
    found = palette.colours([("mine", "loop"), ("single_threaded", "blocking"), ("ceiling", "ruler")])
    assert found["ceiling"] == palette.GREY
    assert found["mine"] in palette.COLOURS and found["mine"] != found["single_threaded"]


def test_more_servers_than_colours_highlight_at_most_four():
    found = palette.colours([(f"server{i}", "loop") for i in range(9)])
    assert sum(colour != palette.GREY for colour in found.values()) == 4


@pytest.mark.parametrize("colour", palette.COLOURS)
@pytest.mark.parametrize("paper", ["#ffffff", "#15181d"])
def test_colours_stand_out_on_light_and_dark(colour, paper):
    def luminance(code):
        parts = [int(code[i:i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(colour), luminance(paper)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 2.95  # 3:1, rounded


def test_distribution_has_a_line_for_every_repetition(drawn, runs):
    found = chart(drawn["full"], "S7")
    (axes,) = [axes for row in found.canvas.axes for axes in row if axes.figure is not None]
    trials = {path.stem: json.loads(path.read_text()) for path in (runs["full"] / "trials").glob("*libuv_loop*c256-r*")}
    shown = {line.get_gid().removeprefix("ecdf:"): line for line in axes.get_lines() if line.get_gid() and
             line.get_gid().startswith("ecdf:")}
    assert shown.keys() == trials.keys() and len(shown) == 6
    for name, line in shown.items():
        total = sum(count for _, count in trials[name]["result"]["latency_us"])
        for x, y in list(zip(line.get_xdata(), line.get_ydata()))[1:]:
            below = sum(count for value, count in trials[name]["result"]["latency_us"] if value <= x * 1000 + 1e-6)
            assert y == pytest.approx(below / total)
        assert line.get_ydata()[-1] == 1


def test_distribution_of_launches_that_differ_is_told(copy_run):
    folder = copy_run()
    (path,) = (folder / "trials").glob("*libuv_loop*c256-r3.json")
    trial = json.loads(path.read_text())
    trial["result"]["latency_us"] = [[2 * value, count] for value, count in trial["result"]["latency_us"]]
    path.write_text(json.dumps(trial))
    title = chart(draw(load_run(folder), ["S7"]), "S7").title
    assert re.search(r"the launches of libuv_loop differ: their medians lie up to \d+\s% apart", title)


def test_offered_load_is_drawn_up_to_overload(drawn):
    (found,) = [chart for chart in drawn["open_loop"] if chart.id == "S4-one_call"]
    axes = found.canvas.axes[0][0]
    lines = {line.get_gid(): line for line in axes.lines if line.get_gid()}
    for model in ("libuv_loop", "single_threaded"):
        for name in ("p50", "p99"):
            assert list(lines[f"{name}:{model}"].get_xdata()) == [10, 50, 90, 110]
        assert list(lines[f"overload:p99:{model}"].get_xdata()) == [110]
    assert list(lines["capacity"].get_xdata()) == [100, 100]
    assert axes.get_yscale() == "log"
    assert "up to 90" in found.title and "predicted capacity with" in found.title
    assert any("overload (cross)" in note for note in found.notes)


def test_offered_load_of_suspect_cells_is_said_with_its_doubt(runs):
    run = load_run(runs["open_loop"])
    run = dataclasses.replace(run, cells=tuple(dataclasses.replace(cell, validity="suspect") for cell in run.cells))
    (found,) = [chart for chart in draw_offered_load(run) if chart.id == "S4-one_call"]
    assert found.title.startswith("By figures that are all suspect, the p99 latency stays within 3 times")


def test_offered_load_names_a_server_without_p99(runs):
    run = load_run(runs["open_loop"])
    cells = [dataclasses.replace(cell, latency_ms={**cell.latency_ms, "p99": None}) if cell.model == "single_threaded" else cell
             for cell in run.cells]
    (found,) = draw_offered_load(dataclasses.replace(run, cells=tuple(cells)))
    assert {text.get_text() for text in found.canvas.axes[0][0].texts} >= {"single_threaded", "libuv_loop"}


def test_offered_load_needs_several_rates_and_an_open_loop(drawn):
    assert not [chart for chart in drawn["full"] + drawn["stall"] if chart.id.startswith("S4-")]


def test_a_stall_is_drawn_as_each_way_of_measuring_sees_it(drawn):
    (found,) = [chart for chart in drawn["stall"] if chart.id == "S4b-one_call-libuv_loop"]
    axes = found.canvas.axes[0][0]
    last = {line.get_gid(): line.get_ydata()[2] for line in axes.lines
            if (line.get_gid() or "").startswith("view:") and len(line.get_ydata()) > 2}
    assert set(last) == {"view:wrk, as reported", "view:wrk, raw", "view:closed loop", "view:open loop"}
    assert last["view:wrk, as reported"] == 900
    assert last["view:wrk, raw"] < 20 and last["view:closed loop"] < 20  # p99
    assert last["view:open loop"] > 500
    assert "stalls" in found.title and "users who do not wait" in found.title
    curves = {line.get_gid() for line in axes.lines if (line.get_gid() or "").startswith("curve:")}
    assert curves == {"curve:wrk, raw", "curve:closed loop", "curve:open loop"}  # wrk reports points and no more


def test_users_who_arrive_evenly_meet_a_stall_as_often_as_it_lasts():
    stall = Stall(every_s=10, length_s=1)
    assert users_see(stall, 0.5, 10) == 10
    assert users_see(stall, 0.9, 10) == pytest.approx(10)
    assert users_see(stall, 0.95, 10) == pytest.approx(510)
    assert users_see(stall, 1.0, 10) == pytest.approx(1010)
