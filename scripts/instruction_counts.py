#!/usr/bin/python3
"""How many instructions does a request cost? Counted by callgrind: exact to a few parts in a thousand on any machine,
however busy. What is counted is user code: parsing, the session, RESP, recording a latency.

    instruction_counts.py BIN                    print the counts of one build (its bin folder)
    instruction_counts.py BIN --base BIN         compare with another build: exit 3 if a count grew by more than --limit

Exit: 0 ok, 2 usage, 3 a count grew, 1 anything else (no valgrind, a kernel failed).
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from command_line import CommandLine

FEW, MANY = 1_000, 3_000  # the difference is free of start-up


class CountError(Exception):
    pass


def instructions(program: pathlib.Path, kernel: str, times: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", str(program), kernel, str(times)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        except FileNotFoundError:
            raise CountError("valgrind is not installed: run scripts/install_deps.sh --dev") from None
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not found:
        raise CountError(f"{kernel} x {times}: {done.stderr.strip().splitlines()[-1]}")
    return int(found.group(1))


def kernels(program: pathlib.Path) -> list[str]:
    try:
        return subprocess.run([program, "--list"], capture_output=True, text=True, check=True).stdout.split()
    except OSError:
        raise CountError(f"{program} is missing: build the project (make build)") from None


def counts(folder: pathlib.Path, names: list[str]) -> dict[str, float]:
    program = folder / "interleave-kernels"
    present = set(kernels(program))
    return {name: (instructions(program, name, MANY) - instructions(program, name, FEW)) / (MANY - FEW)
            for name in names if name in present}


def report(head: dict[str, float], base: dict[str, float], limit: float) -> tuple[str, list[str]]:
    """The table, and the kernels that grew by more than `limit`."""
    lines, grown = [f"{'kernel':<22}{'base':>10}{'head':>10}{'change':>10}"], []
    for name, count in head.items():
        if name not in base:
            lines.append(f"{name:<22}{'-':>10}{count:>10.1f}{'-':>10}")
            continue
        change = count / base[name] - 1
        if change > limit:
            grown.append(name)
        lines.append(f"{name:<22}{base[name]:>10.1f}{count:>10.1f}{100 * change:>+9.2f}%"
                     + ("  REGRESSION" if change > limit else ""))
    return "\n".join(lines), grown


def main() -> int:
    parser = CommandLine(__doc__)
    parser.add_argument("bin", type=pathlib.Path, help="bin folder of the build")
    parser.add_argument("--base", type=pathlib.Path, help="bin folder of the build to compare with")
    parser.add_argument("--limit", type=float, default=1.0, help="growth that is a regression, in percent (default 1)")
    parser.add_argument("--json", action="store_true", help="print the counts as JSON")
    arguments = parser.parse_args()
    try:
        names = kernels(arguments.bin / "interleave-kernels")
        head = counts(arguments.bin, names)
        base = counts(arguments.base, names) if arguments.base else {}
    except CountError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    text, grown = report(head, base, arguments.limit / 100)
    print(json.dumps({"head": head, "base": base, "grown": grown}) if arguments.json else text)
    return 3 if grown else 0


if __name__ == "__main__":
    sys.exit(main())
