"""Exercise: draw the weave of a model before it is recorded."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from charts import words
from lab.answers import Question, positive_number
from lab.errors import LabError
from lab.exercise import Exercise, Measured, Row
from lab.figures import Drawing, turns_of, weave_chart
from lab.programs import Programs
from lab.traced import CPU_MS, SHORTEST_TURN_MS, WAIT_MS, finish_row, trace, values_of

MODELS = ("single_threaded", "thread_pool", "thread_per_request", "libuv_loop", "asio_loop", "blocking_loop")
LETTERS = "ABCDEFGH"
WORKERS = 2
_OTHER = {"single_threaded": "libuv_loop", "blocking_loop": "libuv_loop"}  # whose turn it is to be predicted next
_WHY = {
    "single_threaded": "its one thread waits in every call, so the requests stand one after another",
    "blocking_loop": "the loop makes a blocking call: while one request waits, the loop serves nobody",
    "thread_pool": f"{WORKERS} workers take {WORKERS} requests at a time; each wait holds its worker",
    "thread_per_request": "each request has a thread of its own, and all wait at the same time",
    "libuv_loop": "one thread begins every request and goes on with each when its reply is there: waits hold no thread",
    "asio_loop": "one thread begins every request and goes on with each when its reply is there: waits hold no thread",
}


def parse_turns(text: str, requests: int) -> list[list[str]]:
    """'A B A B' or 'AC/BD': a row per thread, each request at least once; turns in a row are one."""
    allowed = LETTERS[:requests]
    rows = [re.sub(r"[\s,;-]+", "", row).upper() for row in text.split("/")]
    if not all(rows) or set("".join(rows)) - set(allowed):
        raise ValueError(f"want letters {allowed[0]} to {allowed[-1]}, threads separated by /, as 'A B A B' or 'A C / B D'")
    missing = sorted(set(allowed) - set("".join(rows)))
    if missing:
        raise ValueError(f"{words.listed(missing)} {'has' if len(missing) == 1 else 'have'} no turn: each request must have one")
    return [[letter for place, letter in enumerate(row) if row[place - 1:place] != letter] for row in rows]


def woven(lanes: list[list[str]]) -> bool:
    """On some thread a request goes on after another one had its turn."""
    return any(len(lane) > len(set(lane)) for lane in lanes)


def pattern(lanes: list[list[str]]) -> list[list[str]]:
    """The same with requests renamed by first appearance: which of them came first is chance."""
    names: dict[str, str] = {}
    return [[names.setdefault(letter, str(len(names))) for letter in lane] for lane in lanes]


def order_verdict(drawn: list[list[str]], recorded: list[list[str]]) -> str:
    if pattern(drawn) == pattern(recorded):
        return "the same pattern"
    if len(drawn) == len(recorded) and woven(drawn) == woven(recorded):
        return "the same threads and as woven, in another order"
    wrong = [name for name, differs in (("the number of threads", len(drawn) != len(recorded)),
                                        ("whether it is woven", woven(drawn) != woven(recorded))) if differs]
    return f"different: {words.listed(wrong)}"


def _text(lanes: list[list[str]]) -> str:
    return " / ".join(" ".join(lane) for lane in lanes)


class DrawWeave(Exercise):
    name = "weave"
    title = "Draw the weave"
    explain = "Compare your drawing with the recorded one: what does a thread do while a request waits?"

    def __init__(self, model: str, requests: int) -> None:
        if model not in MODELS:
            raise LabError(f"--model '{model}': want one of {', '.join(MODELS)}")
        if not 2 <= requests <= len(LETTERS):
            raise LabError(f"--requests {requests}: want 2 to {len(LETTERS)} here: each gets a letter")
        self.parameters = {"model": model, "requests": requests}
        self._model, self._requests = model, requests
        pool = f" with {WORKERS} workers" if model == "thread_pool" else ""
        self.question = (
            f"{requests} requests, {LETTERS[0]} to {LETTERS[requests - 1]}, reach {model}{pool} at the same moment. Each "
            f"computes {CPU_MS} ms, waits {WAIT_MS} ms for the backend, computes {CPU_MS} ms and is answered.\n"
            "Whose turns does each thread run, one after another? A turn is a stretch of computing.")
        self.questions = (
            Question("order", "The turns, a letter each; several threads separated by '/' (as A B A B, or A C / B D):",
                     lambda text: _text(parse_turns(text, requests))),
            Question("finish_ms", "After how many ms is the last of them answered?", positive_number))
        self._other = _OTHER.get(model, "single_threaded")
        self.transfer_text = f"The same {requests} requests reach {self._other}."
        self.transfer = Question("transfer", "After how many ms is the last of them answered?", positive_number)

    def measure(self, programs: Programs, folder: Path, prediction: dict[str, Any]) -> Measured:
        weave = trace(programs, folder, self._model, self._requests, WORKERS)
        drawn, recorded = parse_turns(prediction["order"], self._requests), turns_of(weave, SHORTEST_TURN_MS)
        verdict = order_verdict(drawn, recorded)
        rows = [Row("turns by thread", _text(drawn), "", _text(recorded), verdict),
                finish_row(weave, prediction["finish_ms"])]
        title = (f"{weave.model} answers {words.counted(self._requests, 'request')} in {words.number(weave.finish)} ms; you "
                 f"said {prediction['finish_ms']:g} ms, and drew {verdict}")
        chart = weave_chart(weave, title, prediction["finish_ms"], Drawing(drawn, prediction["finish_ms"]))
        explanation = (f"{_WHY[self._model]}. By the nominal times, on {words.counted(weave.cores, 'core')}, the last reply "
                       f"comes after {words.number(weave.predicted_finish_ms)} ms.")
        return Measured(values_of(weave) | {"turns": _text(recorded), "order": verdict}, rows, chart, explanation,
                        [("the recording, for ui.perfetto.dev", f"weave/{weave.model}.perfetto.json")])

    def check_transfer(self, programs: Programs, folder: Path, answer: Any) -> Row:
        weave = trace(programs, folder, self._other, self._requests, WORKERS)
        return finish_row(weave, answer, f"{self._other}: last reply [ms]")
