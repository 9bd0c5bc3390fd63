"""The page: complete, self-contained, true to the numbers, the same every time."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from charts import words
from charts.load_run import load_run
from make_run import VARIANTS
from report.main import main
from report.page import html_page, sections_of
from report.summary_md import markdown_page

VOID = {"meta", "br", "hr", "img", "input", "link"}


class Page(HTMLParser):
    """Collects tags with their attributes, table rows, and checks that tags are closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict]] = []
        self.tables: list[list[list[tuple[str, str | None]]]] = []
        self.text = ""
        self._open: list[str] = []
        self._cell: list[str | None] | None = None
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.append((tag, found))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self._cell = ["", None]
        elif tag == "data":
            self._cell[1] = found["value"]

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag
        if tag in ("td", "th"):
            self.tables[-1][-1].append(tuple(self._cell))
            self._cell = None

    def handle_data(self, data):
        self.text += data
        if self._cell is not None:
            self._cell[0] += data

    def table(self, *columns: str):
        """The rows of the table that starts with these columns."""
        for rows in self.tables:
            if tuple(text for text, _ in rows[0])[:len(columns)] == columns:
                return rows[1:]
        raise AssertionError(f"no table {columns}")


@pytest.fixture(scope="module")
def pages(runs, drawn) -> dict[str, str]:
    found = {}
    for variant, folder in runs.items():
        run = load_run(folder)
        found[variant] = html_page(run, sections_of(run, drawn[variant]))
    return found


@pytest.mark.parametrize("variant", VARIANTS)
def test_page_refers_to_nothing_outside(pages, variant):
    page = Page(pages[variant])
    for tag, attributes in page.tags:
        assert tag not in ("script", "link", "img", "iframe", "object", "embed", "form", "base")
        assert "style" not in attributes and not any(name.startswith("on") for name in attributes)
        for name in ("src", "href", "xlink:href", "action", "data", "poster", "srcset"):
            assert attributes.get(name, "#").startswith("#"), f"<{tag} {name}={attributes.get(name)}>"
    style = re.search(r"<style>(.*?)</style>", pages[variant], re.S)[1]
    assert "url(" not in style and "@import" not in style


@pytest.mark.parametrize("variant", VARIANTS)
def test_policy_allows_the_style_sheet_and_nothing_else(pages, variant):
    style = re.search(r"<style>(.*?)</style>", pages[variant], re.S)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = [attributes["content"] for tag, attributes in Page(pages[variant]).tags
                 if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"]
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@pytest.mark.parametrize("variant", VARIANTS)
def test_ids_are_unique_and_links_lead_somewhere(pages, variant):
    tags = Page(pages[variant]).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in tags:
        for name in ("href", "xlink:href"):
            assert name not in attributes or attributes[name][1:] in ids
        assert set(attributes.get("aria-labelledby", "").split()) <= set(ids)


def test_every_section_is_a_question_with_an_answer(pages):
    questions = re.findall(r"<h2[^>]*>(.*?)</h2>\s*<p class=\"answer\">", pages["full"])
    assert len(questions) == 9 and all(question.endswith("?") for question in questions)


@pytest.mark.parametrize("variant", VARIANTS)
def test_throughput_table_has_the_numbers_of_the_summary(runs, pages, variant):
    cells = json.loads((runs[variant] / "summary.json").read_text())["cells"]
    if not cells:
        assert "Nothing was measured." in pages[variant]
        return
    page = Page(pages[variant])
    rows = [row for table in page.tables for row in table[1:]
            if [text for text, _ in table[0]][:3] == ["server", "connections", "requests/s"]]
    assert len(rows) == len(cells)
    for cell in cells:
        (row,) = [row for row in rows if row[0][0] == cell["model"] and row[1][1] == str(cell["load"]["connections"])
                  and (cell["throughput_rps"] is None or float(row[2][1]) == cell["throughput_rps"]["estimate"])]
        if cell["throughput_rps"] is None:
            assert row[2] == ("–", None)
        else:
            assert row[2][0] == words.number(cell["throughput_rps"]["estimate"])
            low, high = cell["throughput_rps"]["low"], cell["throughput_rps"]["high"]
            assert row[3][0] == (words.interval(low, high) if low is not None else "too few repetitions")
            assert float(row[5][1]) == cell["residual_percent"]
            assert float(row[6][1]) == cell["cpu_us_per_request"]["estimate"]
        assert float(row[4][1]) == cell["predicted"]["throughput_rps"]
        assert row[9][0] == cell["validity"]


def test_latency_table_has_the_numbers_of_the_summary(runs, pages):
    cells = json.loads((runs["full"] / "summary.json").read_text())["cells"]
    rows = Page(pages["full"]).table("server", "connections", "p50 ms")
    for cell, row in zip(cells, rows, strict=True):
        for place, name in ((2, "p50"), (4, "p90"), (6, "p99")):
            value = cell["latency_ms"][name]
            assert row[place][1] == (None if value is None else str(value["estimate"]))
        assert bool(row[9][0]) == any(cell["latency_ms"][name] is None for name in ("p50", "p90", "p99"))


def test_predictions_show_their_inputs(runs, pages):
    cells = json.loads((runs["full"] / "summary.json").read_text())["cells"]
    rows = Page(pages["full"]).table("server", "workload", "D1 ms")
    for row in rows:
        predicted = next(cell["predicted"] for cell in cells if cell["model"] == row[0][0])
        assert (float(row[2][1]), float(row[3][1])) == (predicted["d1_ms"], predicted["d_cpu_us"])
        assert row[5][0] == ", ".join(predicted["inputs_from"])


@pytest.mark.parametrize("variant, badge", [
    ("full", "Yes"), ("one_model", "Yes"), ("two_workloads", "Yes"), ("failures", "No: too few trials are ok"),
    ("interrupted", "No: too few trials are ok"), ("few_repetitions", "Indicative only"),
    ("all_invalid", "No: too few trials are ok"), ("no_trials", "No: too few trials are ok"),
])
def test_badge_says_whether_to_trust(pages, variant, badge):
    assert re.search(r'<strong class="badge \w+">(.*?)</strong>', pages[variant])[1] == badge


def test_worst_problem_comes_first(pages):
    rows = Page(pages["failures"]).table("problem", "trials")
    assert [(row[0][0], row[1][1]) for row in rows][:3] == [
        ("the server ended during the trial", "6"), ("client and server count different numbers of responses", "1"),
        ("the host took more than 2 % of the CPU time", "6")]
    assert "the worst problem: the server ended during the trial, 6 trials." in pages["failures"]


def test_skipped_models_and_interruptions_are_told(pages):
    assert "io_uring was skipped: the kernel refuses io_uring" in pages["failures"]
    assert "the run was not finished" in pages["interrupted"] and "not finished." in pages["interrupted"]


@pytest.mark.parametrize("build_type, commit, expected", [
    ("Debug", "0123", "This is a Debug build"), ("Release", "0123-modified", "changes that are not committed")])
def test_build_that_misleads_is_told(copy_run, build_type, commit, expected):
    folder = copy_run()
    content = json.loads((folder / "run.json").read_text())
    content.update(build_type=build_type, commit=commit)
    (folder / "run.json").write_text(json.dumps(content))
    run = load_run(folder)
    page = html_page(run, sections_of(run, []))
    assert expected in page
    assert ("No: a Debug build" in page) == (build_type == "Debug")


def test_conditions_hold_what_makes_it_again(pages):
    text = Page(pages["full"]).text
    for expected in ("interleave run --plan quick", "--seed 1", "--connections 1,64,256", "--warmup 500ms",
                     "--duration 2s", "None: these numbers were made up", "wrk 4.1.0", "server: 0; backend: 1",
                     '# <synthetic> & "quoted"', "Backend and load generator share a core"):
        assert expected in text


def test_text_of_the_run_is_escaped(pages):
    assert "what <libuv_loop> does" in Page(pages["full"]).text
    assert "<libuv_loop>" not in pages["full"]


@pytest.mark.parametrize("variant", ["full", "failures", "no_trials"])
def test_page_and_summary_are_the_same_every_time(runs, copy_run, variant):
    folder = copy_run(variant)
    assert main([str(folder)]) == 0
    first = [(folder / name).read_bytes() for name in ("report.html", "summary.md")]
    assert main([str(folder)]) == 0
    assert [(folder / name).read_bytes() for name in ("report.html", "summary.md")] == first
    assert sorted(path.name for path in folder.iterdir()) == ["report.html", "run.json", "summary.json", "summary.md",
                                                              "trials"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_markdown_tables_are_whole(runs, variant):
    run = load_run(runs[variant])
    markdown = markdown_page(run, sections_of(run, []))
    for table in re.findall(r"(?:^\|.*\n)+", markdown, re.M):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1
    for cell in run.cells:
        if cell.throughput_rps:
            assert f"| {words.number(cell.throughput_rps.estimate)} |" in markdown
