"""The page: complete, self-contained, true to the numbers, the same every time."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from charts import reasons, words
from charts.load_run import load_run
from charts.run_data import TrialCounts
from make_run import VARIANTS
from report.conditions import conditions
from report.cost import footprint
from report.commands import measure_again
from report.main import main
from report.page import html_page, page_script, sections_of
from report.summary_md import markdown_page
from report.trust import trust

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
        assert tag not in ("link", "img", "iframe", "object", "embed", "form", "base")
        assert "style" not in attributes and not any(name.startswith("on") for name in attributes)
        for name in ("src", "href", "xlink:href", "action", "data", "poster", "srcset"):
            assert attributes.get(name, "#").startswith("#"), f"<{tag} {name}={attributes.get(name)}>"
    style = re.search(r"<style>(.*?)</style>", pages[variant], re.S)[1]
    assert "url(" not in style and "@import" not in style


@pytest.mark.parametrize("variant", VARIANTS)
def test_policy_allows_the_style_sheet_the_script_and_nothing_else(pages, variant):
    style, script = (base64.b64encode(hashlib.sha256(re.search(f"<{tag}>(.*?)</{tag}>", pages[variant], re.S)[1].encode())
                                      .digest()).decode() for tag in ("style", "script"))
    assert pages[variant].count("<script") == 2  # the other one is data
    (policy,) = [attributes["content"] for tag, attributes in Page(pages[variant]).tags
                 if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"]
    assert policy == f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; base-uri 'none'; form-action 'none'"


@pytest.mark.parametrize("variant", VARIANTS)
def test_data_of_the_script_is_that_of_the_files(runs, pages, variant):
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', pages[variant])[1])
    for weave in data["weaves"]:
        recorded = json.loads((runs[variant] / "weave" / f"{weave['model']}.json").read_text())["requests"]
        assert [[[span["state"], span["op"] or "", span["lane"], span["begin_ns"], span["end_ns"]] for span in request["spans"]]
                for request in recorded] == [request["spans"] for request in weave["requests"]]
    summary = json.loads((runs[variant] / "summary.json").read_text())["cells"]
    figures = [[cell["throughput_rps"][key] for key in ("estimate", "low", "high")] for cell in summary if cell["throughput_rps"]]
    for load in data["loads"]:
        assert len({cell["model"] for cell in load["cells"]}) == len(load["cells"]) > 1
        assert all(cell["throughput"] in figures for cell in load["cells"] if cell["throughput"])


def test_script_stays_small_and_loads_nothing():
    script = page_script()
    assert len(script.encode()) <= 40 << 10
    assert not re.search(r"fetch|XMLHttp|import|eval|innerHTML|Function\(|</", script)


@pytest.mark.parametrize("variant", VARIANTS)
def test_ids_are_unique_and_links_lead_somewhere(pages, variant):
    tags = Page(pages[variant]).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in tags:
        for name in ("href", "xlink:href"):
            assert name not in attributes or attributes[name][1:] in ids
        assert set(attributes.get("aria-labelledby", "").split()) <= set(ids)


@pytest.mark.parametrize("variant, number, said", [
    ("full", 1, r"^libuv_loop copes best, with [\d,]+ requests/s for [\d.]+ µs of server CPU each at 256 connections; "
                r"single_threaded copes worst, with [\d.]+ requests/s for [\d.]+ µs of server CPU each\.$"),
    ("one_model", 1, "^libuv_loop is the only one to judge, with "),
    ("all_invalid", 1, "^No trial of one_call is ok"),
    ("full", 3, r"^While a request waits, libuv_loop \(29.0 ms\) goes on with the others; single_threaded \(176 ms\) holds "
                "its only thread, so that the others stand in line"),
    ("full", 4, r"^By waiting for all at once, never for one alone: the waits of 8 requests add up to 160 ms, yet libuv_loop has "
                r"answered all after 29.0 ms, of which its thread works 16.0 ms\.$"),
    ("full", 6, r"^one_call: at 256 connections half of the requests are answered within [\d.]+ ms \(libuv_loop\), the slowest "
                r"1 % take more than [\d.]+ ms \(libuv_loop\), the slowest 0.1 % more than "),
    ("full", 7, r"^one_call: at 256 connections libuv_loop \(0.1\s%\) is steady\. .* below 5 % that is steady\.$"),
    ("full", 8, r"^Requests that come at once spend their time mostly queueing in single_threaded \(77.0 of 99.0 ms\), mostly waiting "
                r"for the backend in libuv_loop \(20.0 of 25.5 ms\)\. one_call: at 256 connections a request costs 2.70 times as "
                r"much server CPU in single_threaded \([\d.]+ µs\) as in libuv_loop"),
    ("full", 9, r"^one_call: from 1 to 256 connections each further one adds 10.\d KiB in libuv_loop and 10.\d KiB in "
                r"single_threaded\.$"),
    ("failures", 9, r"adds 10.\d KiB in libuv_loop; single_threaded not judged\.$"),
    ("two_workloads", 9, r" mixed: at 64 connections libuv_loop holds "),  # one load: nothing to compare
])
def test_the_answer_answers_its_question(runs, drawn, variant, number, said):
    (section,) = [one for one in sections_of(load_run(runs[variant]), drawn[variant]) if one.number == number]
    assert re.search(said, section.answer), section.answer
    if variant == "full":
        assert not [chart.title for chart in section.charts if chart.title in section.answer]


def test_memory_that_does_not_grow_measurably_is_no_cost(copy_run):
    folder = copy_run("full")
    summary = json.loads((folder / "summary.json").read_text())
    for cell in summary["cells"]:
        if cell["model"] == "single_threaded":
            cell["rss_mib"] = {"estimate": 4.8, "low": 4.7, "high": 4.9}
    (folder / "summary.json").write_text(json.dumps(summary))
    assert re.search(r"KiB in libuv_loop and nothing that can be measured in single_threaded\.$",
                     footprint(load_run(folder), []).answer)


def test_every_section_is_a_question_with_an_answer(pages):
    questions = re.findall(r"<h2[^>]*>(.*?)</h2>\s*<p class=\"answer\">", pages["full"])
    assert len(questions) == 13 and all(question.endswith("?") for question in questions)


@pytest.mark.parametrize("variant", VARIANTS)
def test_throughput_table_has_the_numbers_of_the_summary(runs, pages, variant):
    every = json.loads((runs[variant] / "summary.json").read_text())["cells"]
    driver = json.loads((runs[variant] / "run.json").read_text())["plan"]["driver"]
    cells = [cell for cell in every if cell["load"]["kind"] == "closed" and cell["driver"] == driver]
    if not cells:
        assert ("How much load before latency explodes?" if every else "Nothing was measured.") in pages[variant]
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
    ("full", "Yes"), ("one_model", "Yes"), ("two_workloads", "Yes"), ("failures", "No: too few trials are valid"),
    ("interrupted", "No: too few trials are valid"), ("few_repetitions", "Indicative only"),
    ("all_invalid", "No: too few trials are valid"), ("no_trials", "No: too few trials are valid"),
    ("open_loop", "Indicative only"), ("stall", "Yes"),  # the search of the former has one repetition
])
def test_badge_says_whether_to_trust(pages, variant, badge):
    assert re.search(r'<strong class="badge \w+">(.*?)</strong>', pages[variant])[1] == badge


def test_overload_on_purpose_is_told_and_no_reason_for_doubt(pages):
    page = Page(pages["open_loop"])
    assert "48 of 60 trials are ok, 12 trials were overloaded on purpose (2 cells)" in page.text
    ((problem, trials, where, means, hint, _),) = [row for row in page.table("problem", "trials") if "on purpose" in row[0][0]]
    assert (trials[1], means[0]) == ("12", "the result: shown as a cross, not ranked")
    assert where[0] == ("libuv_loop, one_call at 110\N{NO-BREAK SPACE}% of capacity; "
                        "single_threaded, one_call at 110\N{NO-BREAK SPACE}% of capacity")


def change_trials(folder, suffix, reason, change=lambda trial: None):
    """Gives every trial of a load one more reason; the section that says whether to trust such a run."""
    for file in (folder / "trials").glob(f"*-{suffix}-r*.json"):
        trial = json.loads(file.read_text())
        grave = trial["validity"] == "suspect" or reasons.severity(reason) < 2
        trial.update(validity="suspect" if grave else "ok", reasons=[*trial["reasons"], {"reason": reason, "detail": "made for a test"}])
        change(trial)
        file.write_text(json.dumps(trial))
    summary = json.loads((folder / "summary.json").read_text())
    trials = [json.loads(file.read_text()) for file in (folder / "trials").glob("*.json")]
    verdicts = [trial["validity"] for trial in trials]
    summary["run"]["trials"].update({name: verdicts.count(name) for name in ("ok", "suspect", "invalid")})
    steps = {trial["id"] for trial in trials if trial["spec"]["purpose"] == "search"}  # which are in no cell
    summary["cells"] = [cell for cell in summary["cells"] if steps.isdisjoint(cell["trials"])]
    (folder / "summary.json").write_text(json.dumps(summary))
    run = load_run(folder)
    return trust(run)


@pytest.mark.parametrize("load, reason, badge", [
    ("o50p", "overload", "Yes, with care"),                        # nobody asked for it; yet the trial stands
    ("o50p", "generator_suspect", "Only in part: 12 of 36 trials cannot be ranked"),   # says nothing of the server
    ("o110p", "generator_suspect", "Only in part: 12 of 48 trials cannot be ranked"),  # overloaded, and not only that
    ("o110p", "latency_gap", "Indicative only"),
])
def test_only_overload_that_was_asked_for_is_pardoned(copy_run, load, reason, badge):
    section = change_trials(copy_run("open_loop"), load, reason)
    assert section.badge.text == badge
    assert "12 trials were overloaded on purpose (2 cells)" in section.answer
    assert ("the worst problem" in section.answer) == (badge != "Indicative only")
    assert ("it shares a core with the backend" in section.answer) == (reason == "generator_suspect")


def test_a_run_whose_trials_are_all_suspect_ranks_nobody(copy_run):
    section = change_trials(copy_run("one_model"), "c*", "generator_suspect")
    assert section.badge.text == "Not to compare servers: 18 of 18 trials cannot be ranked"


@pytest.mark.parametrize("planned, ok, said", [(2, 2, "All 2 trials are ok"), (1, 1, "The one trial is ok"),
                                               (1, 0, "0 of 1 trial is ok"), (3, 1, "1 of 3 trials is ok"),
                                               (3, 2, "2 of 3 trials are ok"), (0, 0, "No trial was planned")])
def test_one_trial_is_and_several_are(runs, planned, ok, said):
    run = load_run(runs["full"])
    counts = TrialCounts(ok, suspect=0, invalid=planned - ok, missing=0)
    assert trust(dataclasses.replace(run, counts=counts)).answer.startswith(said)


def test_one_core_is_no_cores(runs):
    run = load_run(runs["full"])
    facts = dict(conditions(dataclasses.replace(run, host={**run.host, "cpus_online": 1, "physical_cores": 1})).facts)
    assert "; 1 CPU online, 1 physical core; governor" in facts["processor"]


def becomes_a_step(trial):
    trial["spec"].update(purpose="search", load={**trial["spec"]["load"], "search_step": 2})


@pytest.mark.parametrize("change, where", [(lambda trial: None, "1 cell"), (becomes_a_step, "steps of a capacity search")])
def test_stalls_of_the_harness_and_steps_of_a_search_overload_on_purpose(copy_run, change, where):
    section = change_trials(copy_run("stall"), "o1500", "overload", change)
    assert (section.badge.text, f"6 trials were overloaded on purpose ({where})" in section.answer) == ("Yes", True)


def test_worst_problem_comes_first(pages):
    rows = Page(pages["failures"]).table("problem", "trials")
    assert [(row[0][0], row[1][1]) for row in rows][:3] == [
        ("the server ended during the trial", "6"), ("client and server count different numbers of responses", "1"),
        ("the host took more than 2 % of the CPU time", "6")]
    assert "the worst problem: the server ended during the trial, 6 trials." in pages["failures"]


def test_skipped_models_and_interruptions_are_told(pages):
    assert "io_uring was skipped: the kernel refuses io_uring" in pages["failures"]
    assert "go on with: interleave run --resume RUN" in pages["interrupted"]
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


@pytest.mark.parametrize("server, words", [([0], ""), ([1], " --server-cpus 1"), ([0, 2, 3], " --server-cpus 0,2,3")])
def test_a_server_that_was_put_elsewhere_is_put_there_again(copy_run, server, words):
    folder = copy_run()
    content = json.loads((folder / "run.json").read_text())
    content["layout"]["server"] = server
    (folder / "run.json").write_text(json.dumps(content))
    assert measure_again(load_run(folder)).endswith(f" --seed 1{words}")


@pytest.mark.parametrize("variant, said, unsaid", [
    ("full", ["wrk, closed loop, connections 1, 64 and 256", "A closed loop waits", "wrk adds samples"], ["open loop lasts"]),
    ("open_loop", ["interleave, open loop, 10, 50, 90 and 110 % of the predicted capacity, connections at most 256; "
                   "open loop, search for the highest rate with p99<50ms, connections at most 256", "open loop lasts"],
     ["wrk adds samples", "A closed loop waits"]),
    ("stall", ["wrk, closed loop, connections 16; ", "interleave, closed loop, connections 16; ",
               "interleave, open loop, 1,500 requests/s, connections at most 256; the server stopped for 1 s in every 10 s",
               "The harness stopped the servers on purpose, for 1 s in every 10 s"], []),
])
def test_load_and_threats_are_those_of_the_run(pages, variant, said, unsaid):
    text = " ".join(Page(pages[variant]).text.split())
    assert [line for line in said if line not in text] == []
    assert [line for line in unsaid if line in text] == []


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
                                                              "trials", "weave"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_markdown_tables_are_whole(runs, variant):
    run = load_run(runs[variant])
    markdown = markdown_page(run, sections_of(run, []))
    for table in re.findall(r"(?:^\|.*\n)+", markdown, re.M):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1
    for cell in run.cells:
        if cell.throughput_rps:
            assert f"| {words.number(cell.throughput_rps.estimate)} |" in markdown


def test_offered_load_table_has_the_numbers_of_the_summary(runs, pages):
    cells = json.loads((runs["open_loop"] / "summary.json").read_text())["cells"]
    rows = Page(pages["open_loop"]).table("server", "offered load", "requests/s offered")
    assert len(rows) == len(cells)
    for cell in cells:
        share = f"{cell['load']['rate_percent']}\N{NO-BREAK SPACE}% of capacity"
        (row,) = [row for row in rows if (row[0][0], row[1][0]) == (cell["model"], share)]
        assert float(row[2][1]) == cell["load"]["rate_rps"]
        assert float(row[3][1]) == cell["predicted"]["capacity_rps"]
        assert float(row[4][1]) == cell["throughput_rps"]["estimate"]
        assert float(row[7][1]) == cell["latency_ms"]["p99"]["estimate"]
        assert row[10][0] == cell["validity"] + (", overload" if "overload" in cell["reasons"] else "")


@pytest.mark.parametrize("variant", ["open_loop", "stall"])
def test_the_course_over_a_window_is_shown_where_it_was_timed(drawn, pages, variant):
    (heat_map,) = [chart for chart in drawn[variant] if chart.id.startswith("S8-")]
    section = re.search(r'<section id="s7".*?</section>', pages[variant], re.S)[0]
    assert "Steady, or stalls and drift?" in section
    assert f'<p class="answer">{heat_map.title}' in section
    assert f"{heat_map.id}-title" in section and "How to read this" in section
    assert "scripts/charts/main.py results/20250131T120000Z-0123456789ab-synthetic --only S8" in section
    assert "too few launches" not in section, "the closed loops' sentence has no place where there are none"


def test_runs_without_it_do_not_ask_for_it(pages):
    assert "Steady, or different with every launch?" in pages["full"]
    assert "S8" not in pages["full"] and "stalls and drift" not in pages["full"]
