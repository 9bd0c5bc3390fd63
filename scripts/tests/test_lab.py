"""The lab without servers: answers, verdicts, the search, the record and the sheet."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import jsonschema
import pytest
from lab.answers import Answers, Question, positive_integer, positive_number, read_answers
from lab.draw_weave import DrawWeave, order_verdict, parse_turns
from lab.errors import LabError
from lab.exercise import Measured, Row, conduct, number_verdict
from lab.figures import Drawing, PoolPoint, pool_chart, turns_of, weave_chart
from lab.main import main
from lab.objective import parse_objective
from lab.pool_slo import Bracket, PoolSlo, bisect, theory
from lab.predict_finish import PredictFinish
from lab.programs import Programs
from lab.record import Record, new_folder
from make_weave import make_weave

from charts.weave_data import load_weaves

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "docs" / "schemas" / "lab.schema.json").read_text())


def recorded(folder: Path, blocking: bool):
    (folder / "weave").mkdir(exist_ok=True)
    content = make_weave("any", "loop", blocking)
    (folder / "weave" / "any.json").write_text(json.dumps(content))
    return load_weaves(folder, ["any"])[0]


@pytest.mark.parametrize("text, turns", [("A B A B", [["A", "B", "A", "B"]]), ("aa,b", [["A", "B"]]),
                                         ("A / B", [["A"], ["B"]]), ("ABAB", [["A", "B", "A", "B"]])])
def test_turns_are_read_as_students_write_them(text, turns):
    assert parse_turns(text, 2) == turns


@pytest.mark.parametrize("text, why", [("", "want letters"), ("A C", "want letters"), ("A /", "want letters"),
                                       ("A A", "B has no turn")])
def test_turns_that_cannot_be_drawn_are_refused(text, why):
    with pytest.raises(ValueError, match=why):
        parse_turns(text, 2)


def test_a_drawing_that_forgets_two_requests_is_told_so_of_both():
    with pytest.raises(ValueError, match="^B and C have no turn"):
        parse_turns("A", 3)


@pytest.mark.parametrize("drawn, said", [
    ("ABAB", "the same pattern"),
    ("BABA", "the same pattern"),  # who came first is chance
    ("ABBA", "the same threads and as woven, in another order"),
    ("AB", "different: whether it is woven"),
    ("A/B", "different: the number of threads and whether it is woven")])
def test_a_drawing_is_judged_by_its_pattern(drawn, said):
    assert order_verdict(parse_turns(drawn, 2), parse_turns("ABAB", 2)) == said


def test_recorded_turns_are_the_requests_own_work(tmp_path):
    assert turns_of(recorded(tmp_path, True), 0.3) == [list("ABCDEFGH")]
    assert turns_of(recorded(tmp_path, False), 0.3) == [list("ABCDEFGH" * 2)]
    assert turns_of(recorded(tmp_path, False), 1.5) == []


def test_a_number_is_right_inside_the_interval_and_off_outside():
    assert number_verdict(90, 88, 92, 90) == "within what was measured"
    assert number_verdict(45, 88, 92, 90) == "\N{MINUS SIGN}50.0\N{NO-BREAK SPACE}% off"
    assert number_verdict(87.5, 88, 92, 88) == "within 1 %"


@pytest.mark.parametrize("smallest", [1, 2, 7, 13, 63, 64])
def test_bisection_finds_the_smallest_that_keeps_the_objective(smallest):
    asked = []

    def measure(size: int, launches: int) -> float:
        asked.append((size, launches))
        return 10.0 if size >= smallest else 100.0
    assert bisect(measure, 64, 50.0) == Bracket(smallest, smallest - 1)
    assert len(asked) <= 9
    assert (smallest, 3) in asked


def test_bisection_says_when_no_size_will_do():
    assert bisect(lambda size, launches: 100.0, 64, 50.0) == Bracket(None, 64)


def test_a_size_that_does_not_hold_when_confirmed_is_given_up():
    def measure(size: int, launches: int) -> float:
        return 10.0 if size >= (12 if launches > 1 else 11) else 100.0
    assert bisect(measure, 64, 50.0) == Bracket(12, 11)


@pytest.mark.parametrize("connections, limit_ms, sizes", [(64, 50, (13, 16)), (64, 20, (33, 64)), (10, 200, (1, 1)),
                                                          (64, 11, (59, 64))])
def test_theory_is_littles_law_and_whole_rounds(connections, limit_ms, sizes):
    assert theory(connections, limit_ms) == sizes


def test_windows_are_long_enough_for_the_percentile():
    assert parse_objective("p90<50ms").window_ms(64, 10) == 800
    assert parse_objective("p99 < 50ms").window_ms(10, 10) == 3000
    for wrong in ("p42<50ms", "p90", "p90<0ms", "p90<5s"):
        with pytest.raises(LabError, match="--objective"):
            parse_objective(wrong)


def test_answers_of_a_class_are_read_by_exercise(tmp_path):
    file = tmp_path / "class.toml"
    file.write_text('student = "Ada"\n[finish]\nfinish_ms = 88\n[weave]\norder = "AB"\n')
    assert read_answers(file, "finish") == {"student": "Ada", "finish_ms": "88"}
    file.write_text("finish = ")
    with pytest.raises(LabError, match="class.toml: cannot be read"):
        read_answers(file, "finish")


def test_an_answer_that_is_missing_or_wrong_is_one_clear_error():
    question = Question("workers", "How many?", positive_integer)
    with pytest.raises(LabError, match="no answer to 'workers': give --answer workers="):
        Answers({}, None).ask(question)
    with pytest.raises(LabError, match="answer 'workers': '0': want a whole number"):
        Answers({"workers": "0"}, None).ask(question)
    answers = Answers({"worker": "3"}, None)
    with pytest.raises(LabError, match="no question 'worker'"):
        answers.require_all_used()
    for wrong in ("nan", "inf", "-1", "0", "x"):
        with pytest.raises(ValueError, match="above 0"):
            positive_number(wrong)


def test_a_terminal_is_asked_until_the_answer_can_be_read(capsys):
    assert Answers({}, io.StringIO("many\n\n16\n")).ask(Question("workers", "How many?", positive_integer)) == 16
    assert capsys.readouterr().out.count("want a whole number") == 2
    with pytest.raises(LabError, match="the input ended"):
        Answers({}, io.StringIO("")).ask(Question("workers", "How many?", positive_integer))


def test_nothing_in_a_recording_is_white_but_the_letters_on_colours(tmp_path):
    svg = weave_chart(recorded(tmp_path, True), "a title", 88, Drawing([["A", "B"]], 88)).svg(inline=True)
    white = re.findall(r"<([a-z]+)[^>]*(?:fill|stroke)=\"(?:white|#fff|#ffffff)\"", svg)
    assert set(white) == {"text"}  # as paper it would be squares on a dark page
    assert set(re.findall(r"<text[^>]*fill=\"([^\"]+)\"[^>]*>[A-H]</text>", svg)) == {"#ffffff", "currentColor"}


class Rehearsed(PredictFinish):
    """The course with a recording made beforehand."""

    def measure(self, programs, folder, prediction):
        saved = json.loads((folder / "lab.json").read_text())
        jsonschema.validate(saved, SCHEMA)
        assert saved["prediction"]["finish_ms"] == 88 and saved["measured"] is None  # on disk before the run
        weave = recorded(folder, True)
        chart = weave_chart(weave, "a <title>", 88, Drawing([["A", "B"]], 88))
        return Measured({"median_ms": weave.finish}, [Row("last | reply", "88", "88", "90", "off")], chart, "rounds")

    def check_transfer(self, programs, folder, answer):
        return Row("more", f"{answer:g}", "46", "47", "off")


def test_the_course_saves_first_and_leaves_a_sheet(tmp_path, capsys):
    record = Record(tmp_path, "finish", "Ada <L>")
    conduct(Rehearsed(8, 1, 2), Answers({"finish_ms": "88", "reason": "a <b> & c", "transfer": "46"}, None),
            Programs(tmp_path), record)
    assert record.folder.name.endswith("-finish-ada-l")
    saved = json.loads(record.file.read_text())
    jsonschema.validate(saved, SCHEMA)
    assert saved["transfer"]["answer"] == 46
    page = (record.folder / "sheet.html").read_text()
    assert "a &lt;b&gt; &amp; c" in page and "<b>" not in page and "<svg" in page
    assert "last \\| reply" in (record.folder / "sheet.md").read_text()
    assert {file.name for file in record.folder.iterdir()} == {"lab.json", "sheet.html", "sheet.md", "figure.svg",
                                                               "figure.png", "weave"}
    assert "you" in capsys.readouterr().out


def test_a_misspelt_answer_is_said_before_anything_is_kept(tmp_path):
    with pytest.raises(LabError, match="no question 'finish'"):
        conduct(Rehearsed(8, 1, 2), Answers({"finish_ms": "88", "reason": "x", "finish": "1"}, None), Programs(tmp_path),
                Record(tmp_path, "finish", ""))
    assert not list(tmp_path.iterdir())


def test_two_labs_in_one_second_have_folders_of_their_own(tmp_path):
    assert new_folder(tmp_path, "pool", "") != new_folder(tmp_path, "pool", "")


@pytest.mark.parametrize("make, why", [
    (lambda: DrawWeave("node", 4), "--model 'node'"), (lambda: DrawWeave("libuv_loop", 9), "--requests 9"),
    (lambda: PredictFinish(0, 1, 1), "--requests 0"), (lambda: PredictFinish(8, 4096, 1), "--cores 4096"),
    (lambda: PredictFinish(8, 1, 65), "--pool 65"), (lambda: PoolSlo(64, "p90<10ms"), "a request alone takes 10 ms"),
    (lambda: PoolSlo(1, "p90<50ms"), "--connections 1")])
def test_parameters_that_make_no_exercise_are_refused(make, why):
    with pytest.raises(LabError, match=why):
        make()


@pytest.mark.parametrize("words, why", [
    ([], "no terminal to ask on"), (["pool"], "no answer to 'workers'"), (["pool", "--pool", "2"], "--pool belongs to finish"),
    (["server"], "name its file"), (["server", "--server", "none.toml"], "none.toml: cannot be read"),
    (["weave", "--answer", "x"], "want KEY=VALUE"), (["weave", "--bin", "/nowhere"], "is missing: run make build")])
def test_errors_are_one_line_with_code_2(words, why, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", open("/dev/null", encoding="utf-8"))
    bins = [] if "--bin" in words else ["--bin", str(tmp_path / "bin")]
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "interleave").touch()
    assert main([*words, *bins, "--out", str(tmp_path / "out")]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and lines[0].startswith("error: ") and why in lines[0]
    assert not (tmp_path / "out").exists()


def test_the_pool_chart_shows_every_launch():
    points = [PoolPoint(12, (52.0,)), PoolPoint(13, (48.0, 51.0, 49.0)), PoolPoint(64, (11.0,))]
    chart = pool_chart(points, "title", parse_objective("p90<50ms"), 20, (13, 16))
    assert [row[2].text for row in chart.table.rows] == ["met in 0 of 1", "met in 2 of 3", "met in 1 of 1"]
    marks = [line.get_gid() for line in chart.canvas.axes[0][0].lines]
    assert (marks.count("meets"), marks.count("misses"), marks.count("you")) == (3, 2, 1)
    assert sorted(chart.canvas.axes[0][0].get_xticks()) == [13, 20, 64]  # 13 holds; 12 would touch it
    assert chart.svg() == chart.svg()
