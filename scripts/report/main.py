#!/usr/bin/python3
"""Writes the page of a run: RUN/report.html (one file, works offline) and RUN/summary.md.

Example: scripts/report/main.py results/latest
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from packages import require  # noqa: E402 (needs the path above)

require("matplotlib", "numpy", "jinja2")

from atomic_file import write_atomically  # noqa: E402
from charts.catalogue import draw  # noqa: E402
from charts.json_reader import RunError  # noqa: E402
from charts.load_run import add_run_arguments, load_asked_run  # noqa: E402
from command_line import CommandLine  # noqa: E402
from report.page import html_page, sections_of  # noqa: E402
from report.summary_md import markdown_page  # noqa: E402


def main(arguments: list[str] | None = None) -> int:
    parser = CommandLine(__doc__)
    add_run_arguments(parser)
    options = parser.parse_args(arguments)
    try:
        run = load_asked_run(options)
        sections = sections_of(run, draw(run))
        for name, make in (("report.html", html_page), ("summary.md", markdown_page)):
            write_atomically(options.run / name, make(run, sections).encode("utf-8"))
            print(options.run / name)
    except RunError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    except OSError as problem:
        print(f"error: cannot write the page: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
