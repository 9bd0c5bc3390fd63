#!/usr/bin/python3
"""Draws the figures of a run: RUN/figures/*.svg and *.png.

Example: scripts/charts/main.py results/latest --only S5
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from packages import require  # noqa: E402 (needs the path above)

require("matplotlib", "numpy")

from charts.catalogue import FIGURES, draw  # noqa: E402
from charts.chart import write_chart  # noqa: E402
from charts.json_reader import RunError  # noqa: E402
from charts.load_run import add_run_arguments, load_asked_run  # noqa: E402
from command_line import CommandLine  # noqa: E402


def main(arguments: list[str] | None = None) -> int:
    parser = CommandLine(__doc__)
    add_run_arguments(parser)
    parser.add_argument("--only", action="append", default=[], metavar="FIGURE",
                        help=f"draw only this figure ({', '.join(FIGURES)}); may be repeated")
    options = parser.parse_args(arguments)
    try:
        for chart in draw(load_asked_run(options), options.only):
            for path in write_chart(chart, options.run / "figures"):
                print(path)
    except RunError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    except OSError as problem:
        print(f"error: cannot write the figures: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
