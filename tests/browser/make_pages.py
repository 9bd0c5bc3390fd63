#!/usr/bin/python3
"""Makes the pages the browser tests look at: variants of the synthetic run, each with its report.

Example: tests/browser/make_pages.py /tmp/pages
"""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent.parent / "scripts"
sys.path[:0] = [str(SCRIPTS), str(SCRIPTS / "tests")]

from make_run import VARIANTS, make_run  # noqa: E402 (needs the path above)
from report.main import main as write_report  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="gets one folder per variant")
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=VARIANTS, help="default: all of them")
    options = parser.parse_args()
    for variant in options.variants:
        run = make_run(options.folder / variant, variant)
        with contextlib.redirect_stdout(io.StringIO()):
            if write_report([str(run)]) != 0:
                return 1
        print(run / "report.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
