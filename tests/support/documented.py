"""The commands that the documents print, and a copy of the tree in which they are run.

A fenced `sh` block is one session of a shell, as a reader would have it: run command by command, stopped by the first
that fails, ended with nothing left running. The copy has the programs of the build under test and short plans.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from processes import source_dir, wait_until

PORTS = ("7000", "8080")  # that documents use; each session gets free ones instead
ENDING_DEADLINE_S = 10.0  # of what a session has asked to end; a server may take 2 s

# Instead of the plans a reader has minutes for. What is measured is worth nothing; that it runs is what is tested.
SHORT_PLAN = """
name = "{name}"
description = "short, for a test"
workloads = ["one_call"]
models = ["single_threaded", "libuv_loop"]
connections = [4]
repetitions = 1
warmup = "50ms"
duration = "200ms"
seed = 1
[calibration]
repetitions = 1
cpu_connections = 4
"""


def build_dir() -> Path:
    return Path(os.environ["INTERLEAVE_BIN_DIR"]).parent


def documents() -> list[str]:
    """Every Markdown file with an `sh` block, by its path from the root. What a run wrote is no document: its commands
    name the commit of that day."""
    root = source_dir()
    skipped = {"build", "node_modules", ".git"}
    found = (path.relative_to(root) for path in sorted(root.rglob("*.md")))
    written = (path for path in found if path.parts[0] != "results" or path.parent.name == "results")
    return [str(path) for path in written if not skipped & set(path.parts) and blocks((root / path).read_text())]


def blocks(text: str) -> list[list[str]]:
    """The commands of each `sh` block, continued lines joined, comments left out."""
    found = []
    for block in re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        lines = block.replace("\\\n", " ").splitlines()
        commands = [" ".join(re.sub(r"(^|\s)#.*", "", line).split()) for line in lines]
        found.append([command for command in commands if command])
    return found


def programs() -> list[Path]:
    """What `make build` makes but the tests."""
    return [program for program in (build_dir() / "bin").glob("interleave*") if "-test" not in program.name]


def make_sandbox(folder: Path, built: Sequence[Path]) -> Path:
    """A copy of the tree as a fresh clone has it, with these programs."""
    root = source_dir()

    def unwanted(parent: str, names: list[str]) -> set[str]:
        if Path(parent) == root:
            return {"build", ".git"} & set(names)
        if Path(parent) == root / "results":
            return set(names) - {"README.md", "reference"}
        return {"node_modules", "__pycache__"} & set(names)

    sandbox = Path(shutil.copytree(root, folder / "interleave", ignore=unwanted, symlinks=True))
    binaries = sandbox / "build" / "release" / "bin"
    binaries.mkdir(parents=True)
    for program in built:
        shutil.copy2(program, binaries)
    for name in ("quick", "smoke"):
        (sandbox / "harness" / "plans" / f"{name}.toml").write_text(SHORT_PLAN.format(name=name))
    return sandbox


def run_session(sandbox: Path, commands: list[str], deadline_s: float,
                shortened: Callable[[str], str] = lambda command: command,
                ending_deadline_s: float = ENDING_DEADLINE_S) -> str:
    """Runs the commands in one shell and returns what they print. Fails with the command that failed."""
    script = ["set -eo pipefail"]
    for number, command in enumerate(commands):
        script += [f"echo '@@{number}@@'", shortened(command), *_until_it_listens(command)]
    text = "\n".join(script)
    for port, free in zip(PORTS, _free_ports(len(PORTS))):
        text = re.sub(rf"\b{port}\b", str(free), text)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("INTERLEAVE_")}
    with open(sandbox / "session.log", "w+", encoding="utf-8") as log:
        shell = subprocess.Popen(["bash", "-c", text], cwd=sandbox, stdin=subprocess.DEVNULL, stdout=log,
                                 stderr=subprocess.STDOUT, env=environment, start_new_session=True)
        try:
            code: int | None = shell.wait(deadline_s)
        except subprocess.TimeoutExpired:
            code = None
        left = _left_behind(shell.pid, ending_deadline_s if code == 0 else 0)
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        shell.wait()
        log.seek(0)
        output = log.read()
    begun = re.findall(r"^@@(\d+)@@$", output, re.MULTILINE)
    last = commands[int(begun[-1])] if begun else "the shell"
    assert code is not None, f"not within {deadline_s} s: {last}\n{output[-3000:]}"
    assert code == 0, f"exit code {code}: {last}\n{output[-3000:]}"
    assert not left, f"left running by: {commands}"
    return output


def _until_it_listens(command: str) -> list[str]:
    """A reader takes a moment before typing the next line; the script waits until the server is there."""
    listens = re.search(r"--listen 127\.0\.0\.1:(\d+).*&$", command)
    if not listens:
        return []
    return [f"for _ in $(seq 500); do (: < /dev/tcp/127.0.0.1/{listens[1]}) 2> /dev/null && break; sleep 0.02; done"]


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [taken.getsockname()[1] for taken in sockets]
    for taken in sockets:
        taken.close()
    return ports


def _members(session: int) -> list[int]:
    """Processes of the shell's session, no zombies."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # it has ended meanwhile
        if fields[0] != "Z" and int(fields[3]) == session:
            found.append(int(entry.name))
    return found


def _left_behind(session: int, deadline_s: float) -> list[int]:
    try:
        wait_until(lambda: not _members(session), deadline_s)
    except TimeoutError:
        return _members(session)
    return []
