"""Exercise: bring your own server. It is verified, measured beside two models, and drawn into every chart of a page."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from charts import words
from charts.load_run import load_run
from charts.run_data import Cell
from lab.answers import Question, positive_number
from lab.errors import LabError
from lab.exercise import Exercise, Measured, Row, number_verdict
from lab.programs import Programs, progress

SCRIPTS = Path(__file__).resolve().parent.parent
WORKLOAD, WAIT_MS = "one_call", 10
BESIDE = ("single_threaded", "libuv_loop")
CONNECTIONS = (1, 16)
_PLAN = """name = "lab_server"
description = "A server of one's own beside two models"
models = [{models}]
workloads = ["{workload}"]
connections = [{connections}]
repetitions = 2
warmup = "200ms"
duration = "800ms"
seed = 1
weave = true
[calibration]
repetitions = 1
cpu_connections = 16
"""


def name_in(file: Path) -> str:
    """The server's name, as its file says. What else is wrong in it `interleave` says, with the place."""
    try:
        name = tomllib.loads(file.read_text(encoding="utf-8")).get("name")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise LabError(f"{file}: cannot be read: {problem} (servers/external/README.md shows one)") from None
    if not isinstance(name, str) or name != file.stem:
        raise LabError(f"{file}: want name = \"{file.stem}\": the file is called by the server's name")
    return name


class OwnServer(Exercise):
    name = "server"
    title = "Bring your own server"
    explain = "Open the page: which of the models does yours behave like, in the weave and in every chart?"

    def __init__(self, file: Path) -> None:
        self._file = file.resolve()
        self._server = name_in(self._file)
        if self._server in BESIDE:
            raise LabError(f"{file}: '{self._server}' is the name of a model here: choose another")
        self.parameters = {"server": self._server, "beside": list(BESIDE), "connections": list(CONNECTIONS)}
        most = max(CONNECTIONS)
        self.question = (f"{most} clients ask {self._server} all the time. A request waits {WAIT_MS} ms for the backend. It is "
                         f"measured beside {words.listed(BESIDE)}.")
        self.questions = (Question("throughput_rps", "How many requests a second will it answer?", positive_number),)
        self.transfer_text = f"And with a single client instead of {most}?"
        self.transfer = Question("transfer", "How many requests a second?", positive_number)

    def measure(self, programs: Programs, folder: Path, prediction: dict[str, Any]) -> Measured:
        servers = ["--servers", self._file.parent]
        progress("  does it keep the contract?")
        programs.call(["verify", "--models", self._server, "--workloads", WORKLOAD, *servers])
        plan = folder / "lab_server.toml"
        models = [*BESIDE, self._server]
        plan.write_text(_PLAN.format(models=", ".join(f'"{model}"' for model in models), workload=WORKLOAD,
                                     connections=", ".join(map(str, CONNECTIONS))), encoding="utf-8")
        progress("  measuring, about 40 s")
        programs.call(["run", "--plan", plan, "--quiet", "--out", folder / "run", *servers], allowed=(0, 4))
        for script in ("charts", "report"):
            done = subprocess.run([sys.executable, SCRIPTS / script / "main.py", folder / "run"], capture_output=True,
                                  text=True, check=False)
            if done.returncode != 0:
                raise LabError(f"the page cannot be drawn: {(done.stderr.splitlines() or ['?'])[-1]}", 1)
        cells = {cell.connections: cell for cell in load_run(folder / "run").cells if cell.model == self._server}
        cell = cells[max(CONNECTIONS)]
        row = _row(f"requests/s, {max(CONNECTIONS)} clients", prediction["throughput_rps"], cell)
        single, loop = 1000 // WAIT_MS, max(CONNECTIONS) * 1000 // WAIT_MS
        explanation = (f"one request after another gives at most {single} a second; with all {max(CONNECTIONS)} waiting at the "
                       f"same time, up to {loop:,}, until the CPU is busy. What the page predicts for your server rests on "
                       "what a request costs it alone.")
        self._alone = cells[min(CONNECTIONS)]
        return Measured(_values(cell), [row], None, explanation, [("the page, with your server in every chart",
                                                                   "run/report.html")])

    def check_transfer(self, programs: Programs, folder: Path, answer: Any) -> Row:
        return _row("requests/s, 1 client", answer, self._alone)


def _values(cell: Cell) -> dict[str, Any]:
    rate = cell.throughput_rps
    return {"validity": cell.validity, "reasons": cell.reasons,
            "throughput_rps": {"estimate": rate.estimate, "low": rate.low, "high": rate.high} if rate else None}


def _row(what: str, predicted: float, cell: Cell) -> Row:
    rate = cell.throughput_rps
    if not cell.usable:
        return Row(what, f"{predicted:g}", "", "not measured properly", words.listed(sorted(cell.reasons)))
    doubt = f"; suspect: {words.listed(sorted(cell.reasons))}" if cell.validity == "suspect" else ""
    theory = words.number(cell.predicted.throughput_rps) if cell.predicted else ""
    if not rate.has_interval:
        return Row(what, f"{predicted:g}", theory, words.number(rate.estimate),
                   number_verdict(predicted, rate.estimate, rate.estimate, rate.estimate) + doubt)
    return Row(what, f"{predicted:g}", theory,
               f"{words.number(rate.estimate)} ({words.interval(rate.low, rate.high)})",
               number_verdict(predicted, rate.low, rate.high, rate.estimate) + doubt)
