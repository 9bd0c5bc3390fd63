"""Programs under test as processes: started with a deadline, watched, and never left behind.

    with Process([binary("interleave-backend"), "--listen", "127.0.0.1:0", ...]) as backend:
        port = backend.wait_ready()["port"]
        ...
        assert backend.terminate() == 0

Every wait has a deadline. A process ends with the `with` block, and with the test run itself if that is killed.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import select
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, Sequence

START_DEADLINE_S = 20.0  # generous: sanitizer builds on a busy machine
EXIT_DEADLINE_S = 20.0
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


def binary(name: str) -> str:
    """Path of a program of the build under test (INTERLEAVE_BIN_DIR, set by CTest)."""
    return str(Path(os.environ["INTERLEAVE_BIN_DIR"]) / name)


def source_dir() -> Path:
    """Root of the source tree (INTERLEAVE_SOURCE_DIR, set by CTest)."""
    return Path(os.environ["INTERLEAVE_SOURCE_DIR"])


def wait_until(condition: Callable[[], bool], deadline_s: float = START_DEADLINE_S) -> None:
    """Asks again and again until the condition holds. Fails at the deadline."""
    deadline = time.monotonic() + deadline_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"did not come true within {deadline_s} s")


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """A running program. Its stdout is read as lines; its stderr is kept in a file."""

    def __init__(self, command: Sequence[str], max_descriptors: int | None = None, **popen_options: Any) -> None:
        def prepare() -> None:
            _die_with_parent()
            if max_descriptors is not None:
                resource.setrlimit(resource.RLIMIT_NOFILE, (max_descriptors, max_descriptors))

        self._stderr = tempfile.TemporaryFile()
        self._buffer = b""
        self._process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            preexec_fn=prepare,
            **popen_options,
        )

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(EXIT_DEADLINE_S)
        self._process.stdout.close()
        self._stderr.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def stderr(self) -> str:
        """What the process has written to stderr so far."""
        self._stderr.seek(0)
        return self._stderr.read().decode(errors="replace")

    def read_line(self, deadline_s: float = START_DEADLINE_S) -> str:
        """The next line of stdout without its end; "" at the end of the output. Fails at the deadline."""
        deadline = time.monotonic() + deadline_s
        stdout = self._process.stdout
        while b"\n" not in self._buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([stdout], [], [], left)[0]:
                raise TimeoutError(f"no line within {deadline_s} s; {self.state()}; stderr: {self.stderr!r}")
            chunk = os.read(stdout.fileno(), 65536)
            if not chunk:
                break
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.decode()

    def wait_ready(self, deadline_s: float = START_DEADLINE_S) -> dict[str, Any]:
        """The ready line, parsed. Fails with the program's stderr if there is none."""
        line = self.read_line(deadline_s)
        assert line, f"the program ended instead of becoming ready; stderr: {self.stderr!r}"
        ready = json.loads(line)
        assert ready["ready"] is True and ready["port"] > 0, line
        return ready

    def state(self) -> str:
        """In which system call its main thread is, and which signals it was not told of: why does it not answer?"""
        try:
            proc = Path(f"/proc/{self.pid}")
            pending = [line.replace("\t", " ") for line in (proc / "status").read_text().splitlines()
                       if line.startswith(("State", "SigPnd", "ShdPnd", "SigBlk"))]
            return "; ".join([*pending, f"syscall {(proc / 'syscall').read_text().split()[:3]}"])
        except OSError as error:
            return str(error)

    def send_signal(self, number: int) -> None:
        self._process.send_signal(number)

    def wait(self, deadline_s: float = EXIT_DEADLINE_S) -> int:
        """The exit code (negative: the signal that ended it). Fails at the deadline."""
        return self._process.wait(deadline_s)

    def terminate(self, deadline_s: float = EXIT_DEADLINE_S) -> int:
        """SIGTERM; the exit code."""
        self.send_signal(signal.SIGTERM)
        return self.wait(deadline_s)


def run(command: Sequence[str], deadline_s: float = START_DEADLINE_S, **options: Any) -> subprocess.CompletedProcess[str]:
    """Runs a program to its end, with captured text output. Fails at the deadline; exit codes are the caller's."""
    return subprocess.run(
        [str(word) for word in command],
        stdin=options.pop("stdin", subprocess.DEVNULL) if "input" not in options else None,
        capture_output=True,
        text=True,
        timeout=deadline_s,
        check=False,
        preexec_fn=_die_with_parent,
        **options,
    )
