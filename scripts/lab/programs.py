"""Starts `interleave` for an exercise, and never leaves it behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from lab.errors import LabError

ENDING_S = 15.0   # `interleave` ends its servers within two seconds each
DEADLINE_S = 240  # of one call; the longest takes half a minute on a quiet machine


class Programs(NamedTuple):
    bin: Path

    @property
    def interleave(self) -> Path:
        return self.bin / "interleave"

    def require(self) -> None:
        if not self.interleave.exists():
            raise LabError(f"{self.interleave} is missing: run make build")

    def call(self, words: Sequence[str | Path], cores: int | None = None, allowed: Sequence[int] = (0,)) -> str:
        """Runs `interleave WORDS`, on so many cores if that is said; what it printed. Its own error becomes ours, an
        exit code not in `allowed` too. Ctrl-C reaches it as well: it is waited for, then KeyboardInterrupt goes on."""
        place = ["taskset", "-c", ",".join(map(str, available_cores()[:cores]))] if cores is not None else []
        command = [*place, str(self.interleave), *map(str, words)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            out, err = process.communicate(timeout=DEADLINE_S)
        except subprocess.TimeoutExpired:
            raise LabError(f"'interleave {words[0]}' was not ready within {DEADLINE_S} s: is the machine busy?", 1) from None
        finally:
            _end(process)
        if process.returncode not in allowed:
            lines = [line for line in err.splitlines() if line.startswith("error: ")] or err.splitlines()[-1:] or ["?"]
            code = process.returncode if process.returncode in (2, 4) else 1
            raise LabError(f"'interleave {words[0]}' failed: {lines[-1].removeprefix('error: ')}", code)
        return out


def _end(process: subprocess.Popen) -> None:
    """By SIGINT, as a terminal would: then it ends its servers itself."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=ENDING_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def available_cores() -> list[int]:
    return sorted(os.sched_getaffinity(0))


def say(text: str) -> None:
    print(text, flush=True)


def progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
