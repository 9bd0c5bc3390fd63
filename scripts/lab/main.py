#!/usr/bin/python3
"""The lab: predict a number and say why, run the real servers, compare, explain, transfer.

Exercises: weave   draw whose turns each thread runs, before they are recorded
           finish  when is the last of R requests answered, by a pool of P workers on C cores?
           pool    the fewest workers that meet an objective
           server  your own server (servers/external/README.md) in every chart of a page

On a terminal it asks. For a class or a script, answers come from --answer or from a TOML file (docs/lab.md).

Examples: scripts/lab/main.py                                    choose an exercise and answer on the terminal
          scripts/lab/main.py weave --model thread_pool --requests 4
          scripts/lab/main.py finish --requests 8 --pool 2 --answer finish_ms=88 --answer reason="four rounds of 22"
          scripts/lab/main.py pool --answers class.toml --student Ada
          scripts/lab/main.py server --server my_server.toml

Each exercise runs for less than a minute and leaves results/lab-<utc>-<exercise>/: lab.json (the prediction, saved before the
run, and what came of it), sheet.html and sheet.md.

Exit: 0 done, 1 failed, 2 usage, 4 what was measured cannot be used, 130 interrupted.
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent
ROOT = SCRIPTS.parent
sys.path.insert(0, str(SCRIPTS))

from packages import require  # noqa: E402 (needs the path above)

require("matplotlib", "numpy", "jinja2")

from charts.json_reader import RunError  # noqa: E402
from command_line import CommandLine  # noqa: E402
from lab.answers import Answers, Question, read_answers  # noqa: E402
from lab.draw_weave import DrawWeave  # noqa: E402
from lab.errors import LabError  # noqa: E402
from lab.exercise import Exercise, conduct  # noqa: E402
from lab.own_server import OwnServer  # noqa: E402
from lab.pool_slo import PoolSlo  # noqa: E402
from lab.predict_finish import PredictFinish  # noqa: E402
from lab.programs import Programs, say  # noqa: E402
from lab.record import Record  # noqa: E402

NAMES = ("weave", "finish", "pool", "server")
# Which exercises know an option; any other combination is a mistake to be told.
OPTIONS = {"model": ("weave",), "requests": ("weave", "finish"), "cores": ("finish",), "pool": ("finish",),
           "connections": ("pool",), "objective": ("pool",), "server": ("server",)}


def make_exercise(name: str, options: argparse.Namespace) -> Exercise:
    for option, users in OPTIONS.items():
        if getattr(options, option) is not None and name not in users:
            raise LabError(f"--{option} belongs to {' and '.join(users)}, not to {name}")
    if name == "weave":
        return DrawWeave(options.model or "libuv_loop", _given(options.requests, 4))
    if name == "finish":
        return PredictFinish(_given(options.requests, 8), options.cores, _given(options.pool, 2))
    if name == "pool":
        return PoolSlo(_given(options.connections, 64), options.objective or "p90<50ms")
    if options.server is None:
        raise LabError("server: name its file: --server my_server.toml (make lab SERVER=my_server.toml)")
    return OwnServer(options.server)


def _given(value: int | None, default: int) -> int:
    return default if value is None else value


def given_answers(options: argparse.Namespace, exercise: str) -> dict[str, str]:
    answers = read_answers(options.answers, exercise) if options.answers else {}
    for pair in options.answer:
        key, equals, value = pair.partition("=")
        if not equals:
            raise LabError(f"--answer '{pair}': want KEY=VALUE, as finish_ms=88")
        answers[key] = value
    return answers


def _exercise_name(text: str) -> str:
    if text not in NAMES:
        raise ValueError(f"want one of {', '.join(NAMES)}")
    return text


def choose(options: argparse.Namespace, terminal: bool) -> str:
    if options.exercise:
        return options.exercise
    if options.server is not None:
        return "server"
    if not terminal:
        raise LabError(f"no terminal to ask on: name an exercise ({', '.join(NAMES)}) and give its answers (--help)")
    say("The lab. Exercises: weave (draw what each thread does), finish (when is the last request answered?),\n"
        "pool (the fewest workers that meet an objective), server (your own, with --server FILE).")
    return Answers({}, sys.stdin).ask(Question("exercise", "Which one?", _exercise_name))


def run(options: argparse.Namespace) -> None:
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    name = choose(options, terminal)
    exercise = make_exercise(name, options)
    given = given_answers(options, name)
    student = given.pop("student", options.student)
    # Who gives answers means a script: then nothing is asked, and what is missing is said.
    answers = Answers(given, sys.stdin if terminal and not given else None)
    programs = Programs(options.bin.resolve())
    programs.require()
    record = Record(options.out, name, student)
    conduct(exercise, answers, programs, record)
    say(f"\nThe sheet: {record.folder / 'sheet.html'}")


def parser() -> CommandLine:
    result = CommandLine(__doc__)
    result.add_argument("exercise", nargs="?", choices=NAMES, help="on a terminal it may be chosen")
    result.add_argument("--model", help="weave: whose (libuv_loop)")
    result.add_argument("--requests", type=int, help="weave, finish: at the same moment (4, 8)")
    result.add_argument("--cores", type=int, help="finish: that everything may use (2, or all there are)")
    result.add_argument("--pool", type=int, help="finish: workers (2)")
    result.add_argument("--connections", type=int, help="pool: clients (64)")
    result.add_argument("--objective", help="pool: what shall hold (p90<50ms)")
    result.add_argument("--server", type=Path, metavar="FILE", help="server: the file that says how it is started")
    result.add_argument("--student", default="", help="whose answers these are")
    result.add_argument("--answer", action="append", default=[], metavar="KEY=VALUE", help="one answer; may be repeated")
    result.add_argument("--answers", type=Path, metavar="FILE", help="answers of a class in TOML")
    result.add_argument("--out", type=Path, default=ROOT / "results", metavar="DIR", help="where the folder is made")
    result.add_argument("--bin", type=Path, default=ROOT / "build" / "release" / "bin", metavar="DIR",
                        help="the built programs (build/release/bin)")
    return result


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        run(options)
    except LabError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return problem.code
    except (RunError, OSError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted: what was predicted is saved; run the exercise again", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
