#!/usr/bin/python3
"""What a request costs the server itself, against the ruler, and which floors that meets.

Example: scripts/floors/main.py results/latest          judge a run again, from its trials
         scripts/floors/main.py --measure build/release/bin/interleave   measure first: about 11 minutes

Exit: 0 no floor missed, 1 failed, 2 usage, 3 a floor is missed, 4 a floor could not be judged for want of valid trials.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent
PEERS = SCRIPTS.parent / "tests" / "peers"
sys.path.insert(0, str(SCRIPTS))

from charts.json_reader import RunError  # noqa: E402 (needs the path above)
from command_line import CommandLine  # noqa: E402
from floors.judge import Floors, Verdict, judge, load_floors, read_costs  # noqa: E402


def measure(program: Path, floors: Floors, out: Path | None) -> Path:
    """Runs the ruler, the models with a floor and the peers that are installed; the folder of the run."""
    listed = subprocess.run([program, "list", "models", "--json", "--servers", PEERS], capture_output=True, text=True,
                            check=True)
    usable = {model["name"] for model in json.loads(listed.stdout) if "skipped" not in model}
    peers = sorted(usable & {file.stem for file in PEERS.glob("*.toml")})
    models = [floors.ruler, *floors.by_model, *peers]
    command = [program, "run", "--plan", "hello", "--servers", PEERS, "--models", ",".join(models), "--workloads",
               floors.workload, "--connections", str(floors.connections), "--repetitions", str(floors.pairs)]
    if out is not None:
        command += ["--out", out]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return out or SCRIPTS.parent / "results" / "latest"


def print_verdicts(verdicts: list[Verdict], floors: Floors, ruler_us: float) -> None:
    print(f"CPU time of the server per request on {floors.workload}, {floors.connections} kept-alive connections; "
          f"{floors.ruler}: {ruler_us:.2f} us\n")
    print(f"{'server':<22} {'pairs':>5} {'CPU us':>7}  {floors.ruler}/server [95 %]     floor  verdict")
    for verdict in verdicts:
        cpu = f"{verdict.cpu_us:7.2f}" if verdict.cpu_us else f"{'-':>7}"
        ratio = verdict.ratio
        interval = f"{ratio.estimate:.3f} [{ratio.low:.3f}, {ratio.high:.3f}]" if ratio else "-"
        floor = f"{verdict.floor:5.2f}" if verdict.floor is not None else f"{'-':>5}"
        print(f"{verdict.model:<22} {verdict.pairs:>5} {cpu}  {interval:<24} {floor}  {verdict.word}".rstrip())


def main(arguments: list[str] | None = None) -> int:
    parser = CommandLine(__doc__)
    parser.add_argument("run", type=Path, metavar="RUN", nargs="?", help="folder of a run, such as results/latest")
    parser.add_argument("--measure", type=Path, metavar="INTERLEAVE", help="measure with this program first")
    parser.add_argument("--out", type=Path, metavar="DIR", help="with --measure: folder for the run")
    options = parser.parse_args(arguments)
    if (options.run is None) == (options.measure is None):
        parser.error("name either a RUN or --measure INTERLEAVE")
    floors = load_floors()
    try:
        run = measure(options.measure, floors, options.out) if options.measure else options.run
        costs = read_costs(run, floors)
    except RunError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    except (OSError, subprocess.CalledProcessError) as problem:
        print(f"error: could not measure: {problem}", file=sys.stderr)
        return 1
    ruler = sorted(costs[floors.ruler].values())
    verdicts = judge(costs, floors)
    print_verdicts(verdicts, floors, ruler[len(ruler) // 2])
    words = [verdict.word for verdict in verdicts]
    if "MISSED" in words:
        return 3
    return 4 if "not measured" in words else 0


if __name__ == "__main__":
    sys.exit(main())
