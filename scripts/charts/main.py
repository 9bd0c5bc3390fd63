#!/usr/bin/python3
"""Draws the figures of a run: RUN/figures/*.svg and *.png.

Example: scripts/charts/main.py results/latest --only S5
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from charts.catalogue import FIGURES, draw  # noqa: E402 (needs the path above)
from charts.chart import write_chart  # noqa: E402
from charts.json_reader import RunError  # noqa: E402
from charts.load_run import load_run  # noqa: E402


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, metavar="RUN", help="folder of a run, such as results/latest")
    parser.add_argument("--only", action="append", default=[], metavar="FIGURE",
                        help=f"draw only this figure ({', '.join(FIGURES)}); may be repeated")
    options = parser.parse_args(arguments)
    try:
        for chart in draw(load_run(options.run), options.only):
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
