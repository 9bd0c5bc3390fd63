"""Programs of the suite for scripts that measure: each on one core, none left behind. A failure ends the script with one
line.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple


def fail(message: str) -> None:
    sys.exit(f"error: {message}")


class Ended(NamedTuple):
    out: str
    cpu_s: float


class Program:
    """A program on one core of those allowed (0 the first, -1 the last); ended by SIGTERM at the end of the `with` block if
    it has not ended, and killed if that does not help."""

    def __init__(self, core: int, *command: str) -> None:
        cores = sorted(os.sched_getaffinity(0))
        core = cores[core % len(cores)]

        def prepare() -> None:
            os.sched_setaffinity(0, {core})
            hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        preexec_fn=prepare)

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.communicate(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.communicate()

    def port(self) -> int:
        line = self.process.stdout.readline()
        if not line:
            fail(f"{self.process.args[0]} did not start: {self.process.stderr.read()}")
        return json.loads(line)["port"]

    def peak_memory_kib(self) -> int:
        return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text())[1])

    def end(self) -> Ended:
        out = self.process.stdout.read()
        error = self.process.stderr.read()
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        if self.process.returncode != 0:
            fail(f"{' '.join(self.process.args)}: {error or self.process.returncode}")
        return Ended(out, usage.ru_utime + usage.ru_stime)


def server(binaries: Path, model: str, workload: Path, backend_port: int) -> Program:
    return Program(0, str(binaries / f"interleave-server-{model}"), "--listen", "127.0.0.1:0", "--backend",
                   f"127.0.0.1:{backend_port}", "--workload", str(workload))


def backend(binaries: Path, workload: Path, core: int = 1) -> Program:
    return Program(core, str(binaries / "interleave-backend"), "--listen", "127.0.0.1:0", "--workload", str(workload))
