"""Exercise: when is the last of R requests answered, by a pool of P workers on C cores?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from charts import words
from lab.answers import Question, positive_number
from lab.errors import LabError
from lab.exercise import Exercise, Measured, Row
from lab.figures import weave_chart
from lab.programs import Programs, available_cores
from lab.traced import CPU_MS, WAIT_MS, finish_row, trace, values_of

MODEL = "thread_pool"
MOST_REQUESTS, MOST_WORKERS = 64, 64
LONGEST_MS = 4000  # of one traced round: there are six, and the lesson has a minute


class PredictFinish(Exercise):
    name = "finish"
    title = "Predict the finish time"
    explain = "Count the rounds: how many requests are in progress at a time, and what does each round take?"

    def __init__(self, requests: int, cores: int | None, pool: int) -> None:
        have = len(available_cores())
        cores = min(2, have) if cores is None else cores
        for option, value, most in (("--requests", requests, MOST_REQUESTS), ("--pool", pool, MOST_WORKERS)):
            if not 1 <= value <= most:
                raise LabError(f"{option} {value}: want 1 to {most}")
        if not 1 <= cores <= have:
            raise LabError(f"--cores {cores}: this machine allows 1 to {have}")
        if -(-requests // pool) * (WAIT_MS + 2 * CPU_MS) > LONGEST_MS:
            raise LabError(f"--requests {requests} with --pool {pool} takes too long for a lesson: want fewer")
        self.parameters = {"requests": requests, "cores": cores, "pool": pool}
        self._requests, self._cores, self._pool = requests, cores, pool
        self.question = (
            f"{words.counted(requests, 'request')} reach a pool of {words.counted(pool, 'worker')} on "
            f"{words.counted(cores, 'core')} at the same moment. Each computes {CPU_MS} ms, waits {WAIT_MS} ms for the backend "
            f"and computes {CPU_MS} ms; its worker is held meanwhile.")
        self.questions = (Question("finish_ms", "After how many ms is the last of them answered?", positive_number),)
        self._other = min(2 * pool, MOST_WORKERS)
        self.transfer_text = f"Now with {words.counted(self._other, 'worker')}, everything else the same."
        self.transfer = Question("transfer", "After how many ms is the last answered?", positive_number)

    def measure(self, programs: Programs, folder: Path, prediction: dict[str, Any]) -> Measured:
        weave = trace(programs, folder, MODEL, self._requests, self._pool, self._cores)
        you = prediction["finish_ms"]
        title = (f"{words.counted(self._requests, 'request')}, {words.counted(self._pool, 'worker')}, "
                 f"{words.counted(self._cores, 'core')}: the last reply after {words.number(weave.finish)} ms; you said "
                 f"{you:g} ms")
        rounds = -(-self._requests // self._pool)
        explanation = (
            f"{words.counted(rounds, 'round')} of at most {words.counted(self._pool, 'request')}, each about "
            f"{WAIT_MS + 2 * CPU_MS} ms and longer where workers have to share a core: "
            f"{words.number(weave.predicted_finish_ms)} ms.")
        return Measured(values_of(weave), [finish_row(weave, you)], weave_chart(weave, title, you), explanation,
                        [("the recording, for ui.perfetto.dev", f"weave/{MODEL}.perfetto.json")])

    def check_transfer(self, programs: Programs, folder: Path, answer: Any) -> Row:
        weave = trace(programs, folder / "transfer", MODEL, self._requests, self._other, self._cores)
        return finish_row(weave, answer, f"{words.counted(self._other, 'worker')}: last reply [ms]")
