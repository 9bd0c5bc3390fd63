"""What becomes of a stored run: exports/ for other programs, each as its reader wants it, and the comparison of two."""
import csv
import json
import os
import subprocess
from xml.etree import ElementTree

import jsonschema
import pytest
from harness_lab import ROOT, Lab, error_line

COMPARE = "/usr/share/benchmark/compare.py"


@pytest.fixture(name="lab", scope="module")
def fixture_lab(tmp_path_factory):
    laboratory = Lab(tmp_path_factory.mktemp("exports"))
    laboratory.add_server("fake_honest")
    code, _, err = laboratory.run("--quiet", repetitions=3)
    assert code in (0, 4), err  # 4: the machine
    return laboratory


def test_the_tables_name_every_launch_and_figure(lab):
    exports = lab.out / "exports"
    with open(exports / "launches.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["model"], row["load"], row["launch"]) for row in rows} == {("fake_honest", "c4", str(n)) for n in (1, 2, 3)}
    for name in ("smaller_is_better", "bigger_is_better"):
        for row in json.loads((exports / f"{name}.json").read_text()):
            assert row["name"].startswith("fake_honest one_call c4 ")
            assert isinstance(row["value"], (int, float)) and row["unit"] and row["range"] and row["extra"]
    (cell,) = lab.summary()["cells"]
    metrics = json.loads((exports / "bencher.json").read_text())["fake_honest one_call c4"]
    assert metrics["throughput-rps"]["value"] == cell["throughput_rps"]["estimate"]
    assert all("_" not in measure for measure in metrics)
    suites = ElementTree.parse(exports / "junit.xml").getroot()
    assert [case.get("name") for case in suites.iter("testcase")] == ["one_call c4"]


def test_the_distribution_counts_every_request(lab):
    (file,) = (lab.out / "exports").glob("*.hgrm")
    assert file.name == "fake_honest-one_call-c4.hgrm"
    latencies = [trial["result"]["latency_us"] for trial in lab.trials()]
    total = next(int(line.split("=")[-1].strip(" ]\n")) for line in file.read_text().splitlines() if "Total count" in line)
    assert 0 < total <= sum(count for histogram in latencies for _, count in histogram)


def test_summarizing_again_gives_the_same_bytes(lab):
    before = {file.name: file.read_bytes() for file in (lab.out / "exports").iterdir()}
    assert lab.call_plain("summarize", str(lab.out))[0] == 0
    assert {file.name: file.read_bytes() for file in (lab.out / "exports").iterdir()} == before


def test_google_benchmarks_own_tool_reads_the_launches(lab):
    scipy = ROOT / "build/scipy/usr/lib/python3/dist-packages"
    if not os.path.exists(COMPARE) or not scipy.exists():
        pytest.skip("needs libbenchmark-tools, python3-pandas (install_deps.sh --dev) and unpack_scipy.sh")
    file = str(lab.out / "exports" / "benchmark.json")
    done = subprocess.run(["/usr/bin/python3", COMPARE, "--no-color", "benchmarks", file, file], capture_output=True, text=True,
                          timeout=60, check=False, env={**os.environ, "PYTHONPATH": str(scipy)})
    assert done.returncode == 0, done.stderr
    assert sum(line.startswith("fake_honest/one_call/c4/launch:") for line in done.stdout.splitlines()) == 3


def test_a_run_compared_with_itself_differs_in_nothing(lab):
    code, out, _ = lab.call_plain("compare", str(lab.out), str(lab.out))
    assert code == 0
    assert "fake_honest  one_call" in out and "1.000 [" in out and "]*" not in out
    compared = json.loads(lab.call_plain("compare", str(lab.out), str(lab.out), "--json")[1])
    jsonschema.validate(compared, json.loads((ROOT / "docs/schemas/compare.schema.json").read_text()))
    (cell,) = compared["cells"]
    assert [figure["ratio"]["estimate"] for figure in cell["figures"]] == [1] * len(cell["figures"])


def test_runs_without_a_common_cell_and_what_is_no_run_are_refused(lab):
    code, out, err = lab.call_plain("compare", str(ROOT / "results/reference"), str(lab.out))
    assert (code, out) == (2, "")
    assert "no cell in common" in error_line(err)
    code, _, err = lab.call_plain("compare", str(lab.out), str(lab.folder))
    assert (code, str(lab.folder / "run.json") in error_line(err)) == (2, True)
