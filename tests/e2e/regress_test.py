"""The regression gate as a process: it compares, fails, stops and goes on as it says. No speed is asserted: whether a
difference is one is decided by pure code with tests of its own (harness/stats, harness/regress)."""
import csv
import json
import os
import shutil
import signal
import subprocess
import xml.etree.ElementTree as ElementTree

import jsonschema
import pytest
from harness_lab import BIN, FAKES, ROOT, Lab, child_of, wait_until

SHORT = ["--pairs", "5", "--confirm-pairs", "7", "--warmup", "50ms", "--duration", "150ms", "--connections", "4", "--no-pin"]
COMPARE = "/usr/share/benchmark/compare.py"


def fake(fault="none", after=50):
    return f"/usr/bin/python3 {FAKES / 'fake_server.py'} --name fake --fault {fault} --after {after}"


def libuv(options=""):
    return f"{BIN / 'interleave-server-libuv_loop'} {options}".strip()


@pytest.fixture
def lab(tmp_path):
    return Lab(tmp_path)


def start(lab, *words):
    return subprocess.Popen(lab.command("regress", *SHORT, *words), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True, env=lab.environment)


def run(lab, *words):
    process = start(lab, *words)
    out, err = process.communicate(timeout=110)
    return process.returncode, out, err


def verdict(lab):
    return json.loads((lab.out / "verdict.json").read_text())


@pytest.fixture(scope="module")
def gate(tmp_path_factory):
    """One comparison of a server with itself, whatever it says."""
    lab = Lab(tmp_path_factory.mktemp("gate"))
    lab.result = run(lab, "--base-cmd", libuv(), "--head-cmd", libuv("--backend-connections 512"), "--out", str(lab.out), "--log", str(lab.folder / "gates.ndjson"))
    return lab


def test_the_first_line_says_what_could_have_been_found(gate):
    code, out, err = gate.result
    assert code in (0, 3), out + err
    assert out.splitlines()[0] == verdict(gate)["headline"]
    assert "could have detected 10 %" in out.splitlines()[0]


def test_the_exit_code_is_that_of_the_verdicts(gate):
    found = [figure["verdict"] for figure in verdict(gate)["figures"] if figure["gating"]]
    assert (gate.result[0] == 3) == ("REGRESSION" in found)


def test_the_verdict_is_what_the_schema_says(gate):
    schema = json.loads((ROOT / "docs/schemas/verdict.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.Draft7Validator(schema).validate(verdict(gate))
    broken = verdict(gate)
    broken["figures"][0]["verdict"] = "FINE"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(schema).validate(broken)


def test_the_log_has_a_line_for_the_gate(gate):
    (line,) = (gate.folder / "gates.ndjson").read_text().splitlines()
    schema = json.loads((ROOT / "docs/schemas/gates.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.Draft7Validator(schema).validate(json.loads(line))
    assert json.loads(line)["exit"] == gate.result[0]
    assert len(json.loads(line)["figures"]) == sum(figure["gating"] for figure in verdict(gate)["figures"])


def test_every_launch_is_kept_with_both_sides_in_step(gate):
    sides = {side: sorted((gate.out / side / "trials").glob("*.json")) for side in ("base", "head")}
    assert len(sides["base"]) == len(sides["head"]) >= 5
    assert not (gate.out / "trials").exists(), "launches lie by side"
    seeds = {side: sorted(json.loads(file.read_text())["spec"]["seed"] for file in files)
             for side, files in sides.items()}
    assert seeds["base"] == seeds["head"]


def test_the_exports_are_what_their_readers_want(gate):
    exports = gate.out / "exports"
    for name in ("smaller_is_better", "bigger_is_better"):
        for row in json.loads((exports / f"{name}.json").read_text()):
            assert isinstance(row["name"], str) and isinstance(row["unit"], str)
            assert isinstance(row["value"], (int, float))
            assert isinstance(row["range"], str) and isinstance(row["extra"], str)
    for cell in json.loads((exports / "bencher.json").read_text()).values():
        for measure, metric in cell.items():
            assert "_" not in measure and metric["lower_value"] <= metric["value"] <= metric["upper_value"]
    suites = ElementTree.parse(exports / "junit.xml").getroot()
    cases = suites.findall("./testsuite/testcase")
    gating = [figure for figure in verdict(gate)["figures"] if figure["gating"]]
    assert len(cases) == len(gating) == int(suites.get("tests"))
    assert len(suites.findall(".//skipped")) == sum(figure["verdict"] == "INCONCLUSIVE" for figure in gating)
    with open(exports / "launches.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == sum(len(figure["base"]) + len(figure["head"]) for figure in verdict(gate)["figures"])


def test_google_benchmarks_own_tool_reads_the_export(gate):
    scipy = ROOT / "build/scipy/usr/lib/python3/dist-packages"
    if not os.path.exists(COMPARE) or not scipy.exists():
        pytest.skip("needs libbenchmark-tools, python3-pandas (install_deps.sh --dev) and unpack_scipy.sh")
    done = subprocess.run(["/usr/bin/python3", COMPARE, "--no-color", "benchmarks",
                           *(str(gate.out / "exports" / f"benchmark-{side}.json") for side in ("base", "head"))],
                          capture_output=True, text=True, timeout=60, check=False,
                          env={**os.environ, "PYTHONPATH": str(scipy)})
    assert done.returncode == 0, done.stderr
    compared = [line for line in done.stdout.splitlines() if line.startswith("libuv_loop/one_call/c4/pair:")]
    [cpu] = [figure for figure in verdict(gate)["figures"] if figure["figure"] == "cpu_us_per_request"]
    assert len(compared) == len(cpu["base"])


def test_a_head_that_fails_is_invalid_and_named(lab):
    code, out, err = run(lab, "--base-cmd", fake(), "--head-cmd", fake("wrong-status"), "--out", str(lab.out))
    assert code == 4, out + err
    assert "INVALID     fake one_call c4: the head cannot be measured: verify_failed" in out
    assert len(list((lab.out / "head/trials").glob("*.json"))) == 2, "it was not asked a third time"


def test_an_interrupted_gate_goes_on_with_what_is_left(lab):
    options = ["--base-cmd", fake(), "--head-cmd", fake()]
    process = start(lab, *options, "--out", str(lab.out))
    wait_until(lambda: len(list(lab.out.glob("*/trials/*.json"))) >= 2, "two launches", 60)
    backend = wait_until(lambda: child_of(process.pid, "interleave-backend"), "the next launch")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130 and "--resume" in err
    wait_until(lambda: not os.path.exists(f"/proc/{backend}"), "the backend gone")
    lab_files = [file for file in lab.out.rglob("*") if file.suffix == ".tmp"]
    assert not lab_files
    first = {file: file.read_text() for file in lab.out.glob("*/trials/*.json")}

    code, _, err = run(lab, "--base-cmd", fake("mute"), "--head-cmd", fake(), "--resume", str(lab.out))
    assert code == 2 and "other builds or options" in err
    code, out, err = run(lab, *options, "--resume", str(lab.out))
    assert code in (0, 3), out + err
    assert verdict(lab)["pairs"] >= 5
    for file, text in first.items():
        assert file.read_text() == text, "a finished launch is not run again"


def test_two_builds_are_compared_by_the_models_they_share(lab):
    other = Lab.__new__(Lab)
    other.bin = lab.folder / "base"
    other.bin.mkdir()
    for folder in (lab.bin, other.bin):
        shutil.copy(BIN / "interleave-server-libuv_loop", folder)
    with open(other.bin / "interleave-server-libuv_loop", "ab") as program:
        program.write(b"\0")  # another program, that does the same
    (other.bin / "interleave-backend").symlink_to(BIN / "interleave-backend")
    (lab.bin / "interleave-server-asio_loop").symlink_to(BIN / "interleave-server-asio_loop")
    code, out, err = run(lab, "--base", str(other.bin), "--head", str(lab.bin), "--out", str(lab.out))
    assert code in (0, 3), out + err
    assert "asio_loop: not in the base, so not compared" in err
    assert {cell["model"] for cell in verdict(lab)["plan"]["cells"]} == {"libuv_loop"}


def name_another_commit(program):
    """The program as a build of another commit has it, which its --version and --describe then name."""
    def said(option):
        return subprocess.run([program, option], capture_output=True, text=True, timeout=10, check=True).stdout
    commit = json.loads(said("--describe"))["commit"]
    other = "0" * len(commit)
    content = program.read_bytes()
    assert content.count(commit.encode()) == 1, "the commit is to stand in a program once"
    program.write_bytes(content.replace(commit.encode(), other.encode()))
    assert json.loads(said("--describe"))["commit"] == other and f"({other}, " in said("--version")


def test_the_same_program_in_two_builds_is_not_measured(lab):
    base = lab.folder / "base"
    base.mkdir()
    for folder in (lab.bin, base):
        shutil.copy(BIN / "interleave-server-libuv_loop", folder)
    (base / "interleave-backend").symlink_to(BIN / "interleave-backend")
    name_another_commit(base / "interleave-server-libuv_loop")
    code, out, err = run(lab, "--base", str(base), "--head", str(lab.bin), "--strict", "--out", str(lab.out))
    assert code == 0, out + err
    assert out.startswith("nothing to measure: all programs compared are identical (1)\n")
    assert "IDENTICAL   libuv_loop: the same program on both sides" in out
    assert err == ""
    assert verdict(lab)["identical"] == ["libuv_loop"] and verdict(lab)["pairs"] == 0
    schema = json.loads((ROOT / "docs/schemas/verdict.schema.json").read_text())
    jsonschema.Draft7Validator(schema).validate(verdict(lab))


@pytest.mark.parametrize("options, problem", [
    ([], "say what to compare"),
    (["--base", "/nowhere", "--head", "/nowhere"], "--head /nowhere: no build there"),
    (["--base-cmd", "true"], "say what to compare"),
    (["--head", str(BIN), "--inject", "cpu=10"], "want cpu=10% or delay=10%"),
    (["--calibrate"], "give --head BUILD alone"),
    (["--base-cmd", "false", "--head-cmd", "false"], "'false --describe' failed: exit 1"),
    (["--base-cmd", "true", "--head-cmd", "true"], "'true --describe': the server's --describe is empty instead of a JSON object (see servers/README.md)"),
])
def test_wrong_usage_is_one_line(lab, options, problem):
    code, out, err = run(lab, *options, "--out", str(lab.out))
    assert code == 2 and problem in err and len(err.splitlines()) == 1, err


@pytest.fixture
def build(lab):
    (lab.bin / "interleave-server-libuv_loop").symlink_to(BIN / "interleave-server-libuv_loop")
    return str(lab.bin)


@pytest.mark.parametrize("effect, head", [("delay=50%", 'constant = "15ms"'), ("cpu=1000%", "cpu = ")])
def test_a_slowdown_is_put_into_the_head_alone(lab, build, effect, head):
    code, out, err = run(lab, "--head", build, "--inject", effect, "--out", str(lab.out))
    assert code in (0, 3), out + err
    base_text, head_text = ((lab.out / side / "custom.toml").read_text() for side in ("base", "head"))
    assert head in head_text and head not in base_text
    assert {cell["workload"] for cell in verdict(lab)["plan"]["cells"]} == {"custom"}


def test_a_calibration_says_how_often_the_gate_is_wrong(lab, build):
    code, out, err = run(lab, "--head", build, "--calibrate", "--out", str(lab.out))
    assert code == 0, out + err
    table = (lab.out / "calibration.md").read_text()
    assert table in out and "false alarms of equal builds" in table
