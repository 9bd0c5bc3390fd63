"""S15 and section 15 show the history of the run's machine, all of it and nothing else."""

from __future__ import annotations

import json
import re
import shutil
import statistics

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from charts import main as charts_main
from charts.catalogue import draw
from charts.json_reader import RunError
from charts.level_changes import LevelChange
from charts.level_marks import draw_level_marks
from charts.load_run import load_run
from make_history import make_history
from report import main as report_main
from report.page import html_page, sections_of
from test_schemas import validator


@pytest.fixture
def history(runs, tmp_path):
    """A function: history(commits=..., step_at=...) of the full run's machine."""
    def make(**options):
        return make_history(runs["full"], tmp_path / "history.ndjson", **options)
    return make


def s15(runs, file, interleave=None):
    return draw(load_run(runs["full"], file, interleave), ["S15"])


def drawn_as(chart, kind):
    """The lines of a kind ("change"), by the rest of their name: their places."""
    return {line.get_gid().removeprefix(f"{kind}:"): list(line.get_xdata()) for row in chart.canvas.axes for axes in row
            for line in axes.get_lines() if (line.get_gid() or "").startswith(f"{kind}:")}


def labels(chart):
    return [text.get_text() for row in chart.canvas.axes for axes in row for text in axes.texts
            if text.get_gid() == "change-label"]


def level_column(chart):
    assert chart.table.columns[-1] == "level changed at"
    return {(row[0].text, row[1].text, row[2].text): row[-1].text for row in chart.table.rows}


def lines_of(file):
    return [json.loads(line) for line in file.read_text().splitlines()]


def change(file, number, key, value):
    """The file with one field of one line changed; the key may lie in the machine or the conditions."""
    lines = lines_of(file)
    for holder in (lines[number], lines[number]["machine"], lines[number]["conditions"]):
        if key in holder:
            holder[key] = value
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_the_synthetic_history_is_what_the_schema_says(history):
    for line in lines_of(history()):
        validator("history").validate(line)
        line["surprise"] = 1
        assert not validator("history").is_valid(line)


def test_every_commit_of_every_cell_is_drawn(runs, history):
    file = history(commits=6)
    (found,) = s15(runs, file)
    axes = found.canvas.axes[0][0]  # CPU time of libuv_loop
    drawn = {line.get_gid(): list(line.get_ydata()) for line in axes.get_lines() if (line.get_gid() or "").startswith("history:")}
    for connections in (1, 64, 256):
        values = [cell["figures"]["cpu_us_per_request"]["estimate"] for line in lines_of(file) for cell in line["cells"]
                  if (cell["model"], cell["load"]["connections"]) == ("libuv_loop", connections)]
        middle = (sorted(values)[2] + sorted(values)[3]) / 2
        assert drawn[f"history:cpu_us_per_request:libuv_loop:{connections}"] == pytest.approx(
            [100 * (value / middle - 1) for value in values])
    assert len(drawn) == 3
    row = next(row for row in found.table.rows if (row[0].text, row[1].text) == ("libuv_loop", "64 connections"))
    values = [cell["figures"]["cpu_us_per_request"]["estimate"] for line in lines_of(file) for cell in line["cells"]
              if (cell["model"], cell["load"]["connections"]) == ("libuv_loop", 64)]
    assert [value.raw for value in row[3:-2]] == values
    assert row[-2].raw == pytest.approx(100 * (values[-1] / values[-2] - 1))


def test_the_title_says_what_moved_and_when(runs, history):
    commits = [line["commit"][:7] for line in lines_of(history())]
    (calm,) = s15(runs, history())
    assert calm.title == f"Nothing moved with {commits[-1]}"
    (now,) = s15(runs, history(step_at=7))
    assert re.match(f"With {commits[7]} the CPU time of a request of libuv_loop at .* rose by 1\\d.*; 2 more series moved$",
                    now.title)
    (before,) = s15(runs, history(step_at=4))
    assert before.title.startswith(f"Nothing moved with {commits[-1]}; the largest step before it: with {commits[4]} the CPU")


def test_a_change_of_level_is_marked_and_said(runs, history, interleave):
    file = history(commits=12, step_at=7)
    commits = [line["commit"] for line in lines_of(file)]
    (found,) = s15(runs, file, interleave)
    marks = drawn_as(found, "change")
    assert marks == {f"cpu_us_per_request:libuv_loop:{commits[7]}": [6.5, 6.5]}, "one line for all loads, before the commit"
    assert set(drawn_as(found, "level")) == {"cpu_us_per_request:libuv_loop"}
    (label,) = labels(found)
    assert re.fullmatch(rf"{commits[7][:7]}\n▲\u00a0\+1\d\.\d\u00a0%", label)
    assert re.match(rf"Nothing moved with {commits[-1][:7]}; the level changed with {commits[7][:7]}: the CPU time of a request of "
                    r"libuv_loop at .* rose by 1\d.*; 2 more level changes$", found.title)
    for (server, _, figure), text in level_column(found).items():
        moved = server == "libuv_loop" and figure.startswith("CPU")
        assert text.startswith(f"{commits[7][:7]} (▲\u00a0+1") if moved else text == "–"
    assert f"level changed with {commits[7][:7]} by +1" in found.description
    assert "E-divisive over all 12 commits" in found.caption


def test_levels_are_those_of_the_program(runs, history, interleave):
    file = history(commits=12, step_at=7)
    (found,) = s15(runs, file, interleave)
    axes = found.canvas.axes[0][0]
    drawn = sorted(line.get_ydata()[0] for line in axes.get_lines() if (line.get_gid() or "").startswith("level:"))
    expected = []
    for connections in (1, 64, 256):
        values = [cell["figures"]["cpu_us_per_request"]["estimate"] for line in lines_of(file) for cell in line["cells"]
                  if (cell["model"], cell["load"]["connections"]) == ("libuv_loop", connections)]
        middle = statistics.median(values)
        expected += [100 * (statistics.median(part) / middle - 1) for part in (values[:7], values[7:])]
    assert drawn == pytest.approx(sorted(expected), abs=0.01)


def test_without_a_change_nothing_is_marked(runs, history, interleave):
    file = history(commits=12)
    (found,) = s15(runs, file, interleave)
    assert not drawn_as(found, "change") and not drawn_as(found, "level") and not labels(found)
    assert found.title.startswith(f"Nothing moved with {lines_of(file)[-1]['commit'][:7]}") and "level" not in found.title
    assert set(level_column(found).values()) == {"–"}


def test_without_the_program_nothing_is_marked_and_the_caption_says_so(runs, history):
    (found,) = s15(runs, history(commits=12, step_at=7))
    assert not drawn_as(found, "change") and set(level_column(found).values()) == {"–"}
    assert "Level changes are not marked: the program that finds them is not built (make build)" in found.caption


def test_a_change_before_the_commits_that_are_drawn_is_in_the_table(runs, history, interleave):
    file = history(commits=20, step_at=6)
    (found,) = s15(runs, file, interleave)
    assert not drawn_as(found, "change") and "level" not in found.title
    assert any(text.startswith(lines_of(file)[6]["commit"][:7]) for text in level_column(found).values())
    assert drawn_as(found, "level") == {"cpu_us_per_request:libuv_loop": [-0.4, 11.4]}


def test_a_mark_without_room_has_no_label():
    commits = [f"{number:07}" for number in range(12)]
    axes = Figure().add_subplot()
    draw_level_marks(axes, "figure", [((LevelChange(commits[place], 10, 12),), lambda value: value) for place in (3, 5, 6, 10)],
                     commits)
    labelled = {text.get_text().split("\n")[0]: text.get_va() for text in axes.texts}
    assert labelled == {commits[3]: "bottom", commits[5]: "top", commits[10]: "bottom"}
    assert sum((line.get_gid() or "").startswith("change:") for line in axes.get_lines()) == 4


def test_a_program_that_cannot_say_is_one_line(runs, history, tmp_path):
    program = tmp_path / "interleave"
    for text, problem in (("#!/bin/sh\necho 'error: no such history' >&2; exit 2", "no such history"),
                          ("#!/bin/sh\necho '{\"schema_version\": 9}'", "schema_version is 9"),
                          ("#!/bin/sh\necho '{\"schema_version\": 1}'", "machines: missing"),
                          ("#!/bin/sh\necho nothing", "Expecting value"), ("no program", "Exec format error")):
        program.write_text(text)
        program.chmod(0o755)
        with pytest.raises(RunError, match=problem) as error:
            s15(runs, history(), program)
        assert str(error.value).startswith(f"{program} history show (make build?): ") and "\n" not in str(error.value)


def test_a_move_within_the_intervals_or_of_what_is_not_ok_is_none(runs, history):
    file = history(step_at=7)
    lines = lines_of(file)
    for cell in lines[7]["cells"]:
        cell["figures"]["cpu_us_per_request"]["low"] = 0.001
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert s15(runs, file)[0].title.startswith("Nothing moved")
    lines = lines_of(history(step_at=7))
    for cell in lines[7]["cells"]:
        cell["validity"] = "suspect"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert s15(runs, file)[0].title.startswith("Nothing moved")


@pytest.mark.parametrize("key, value", [("kernel", "6.2"), ("flags", "-O2"), ("pinned", False), ("memory_gib", 64),
                                        ("plan", "full"), ("duration_ns", 1), ("cpus_online", 4)])
def test_what_differs_is_no_neighbour(runs, history, key, value):
    file = history(commits=2)
    assert len(s15(runs, file)) == 1
    change(file, 1, key, value)
    assert s15(runs, file) == []


def test_another_host_name_is_told(runs, history):
    file = history(commits=3)
    change(file, 1, "hostname", "other")
    assert "several host names (synthetic and other)" in s15(runs, file)[0].notes[0]


def test_only_the_newest_commits_are_drawn(runs, history):
    (found,) = s15(runs, history(commits=20))
    assert len(found.table.columns) == 3 + 12 + 2


def test_a_page_has_the_section_where_there_is_a_history_and_else_not(runs, history):
    def questions(file):
        run = load_run(runs["full"], file)
        return re.findall(r'<h2 id="h(\d+)">(.*?)</h2>', html_page(run, sections_of(run, draw(run))))
    assert ("15", "Faster or slower than before?") in questions(history())
    for without in (None, history(commits=1)):
        assert "15" not in [number for number, _ in questions(without)]


@pytest.mark.parametrize("step_at", [3, 7, 9, 11])
def test_no_text_is_cut_or_overlaps(runs, history, interleave, step_at):
    (found,) = s15(runs, history(commits=12, step_at=step_at), interleave)
    figure = found.canvas.figure
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    texts = [*figure.texts, *(text for row in found.canvas.axes for axes in row for text in
                              [*axes.texts, axes._left_title, axes.yaxis.label]),
             *(label for axes in found.canvas.axes[-1] for label in axes.get_xticklabels())]
    boxes = [(text.get_text(), text.get_window_extent(renderer), text.get_rotation()) for text in texts if text.get_text()]
    for name, box, _ in boxes:
        assert box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y0 >= 0 and box.y1 <= figure.bbox.y1, name
    for i, (name, box, turned) in enumerate(boxes):
        for other, second, also_turned in boxes[i + 1:]:
            across = min(box.x1, second.x1) - max(box.x0, second.x0)
            down = min(box.y1, second.y1) - max(box.y0, second.y0)
            assert min(across, down) <= 1.5 or (turned == also_turned == 45), f"'{name}' touches '{other}'"


def test_it_is_the_same_every_time(runs, history, interleave):
    file = history(commits=12, step_at=4)
    (first,), (second,) = s15(runs, file, interleave), s15(runs, file, interleave)
    assert first.svg() == second.svg() and first.png() == second.png()


def test_a_wrong_line_is_named(runs, history, capsys, tmp_path):
    file = history(commits=2)
    file.write_text(file.read_text() + '{"schema_version": 1, "comm')
    with pytest.raises(RunError, match=r"history\.ndjson:3: truncated or not JSON"):
        load_run(runs["full"], file)
    folder = shutil.copytree(runs["full"], tmp_path / "run")
    for main in (charts_main.main, report_main.main):
        assert main([str(folder), "--history", str(file)]) == 2
        assert capsys.readouterr().err.startswith(f"error: {file}:3: ")
        assert main([str(folder), "--history", str(tmp_path / "none")]) == 2
        assert "cannot be read" in capsys.readouterr().err
