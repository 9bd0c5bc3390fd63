"""How the scripts read their words: wrong usage is one line on stderr, as every program of the suite has it, exit 2."""

from __future__ import annotations

import argparse
from typing import NoReturn


class CommandLine(argparse.ArgumentParser):
    """Described by the script's docstring, as it stands."""

    def __init__(self, description: str | None, **options: object) -> None:
        super().__init__(description=description, formatter_class=argparse.RawDescriptionHelpFormatter, **options)

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"error: {' '.join(message.split())} (see --help)\n")
