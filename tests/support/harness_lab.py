"""What the process tests of the harness share: a bin folder with fake servers, and the harness as a process."""
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FAKES = ROOT / "tests" / "fakes"
BIN = Path(os.environ["INTERLEAVE_BIN_DIR"])
DEADLINE_S = 60  # of a whole run; every one here takes a few seconds


def wait_until(condition, what, seconds=20.0):
    """Polls until condition() is true and returns its value; fails the test at the deadline."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"not within {seconds} s: {what}")


def processes():
    """(pid, parent, command line) of every process that is no zombie."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text()
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        state, parent = stat.rsplit(")", 1)[1].split()[:2]
        if state != "Z":
            yield int(entry.name), int(parent), command


def child_of(parent, word):
    """Pid of a child of `parent` whose command line contains `word`, or None."""
    for pid, its_parent, command in processes():
        if its_parent == parent and word in command:
            return pid
    return None


def alive(pid):
    return any(pid == other for other, _, _ in processes())


def environment_of(pid):
    try:
        return Path(f"/proc/{pid}/environ").read_bytes() + b"\0"
    except OSError:
        return b""


def error_line(err):
    """The one line of an error in what a program wrote to stderr."""
    lines = [line for line in err.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, err
    return lines[0]


class Lab:
    """A folder with a bin folder of its own: the real backend, and the servers a test asks for."""

    def __init__(self, folder):
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.externals = folder / "servers"
        self.externals.mkdir()
        self.out = folder / "out"
        # The last one is how what a run leaves behind is found: every process it starts inherits it.
        self.environment = {**os.environ, "INTERLEAVE_ROOT": str(ROOT), "NO_COLOR": "1", "LAB": str(folder)}
        self.struck = folder / "struck"  # is made when a fake server begins to hang
        for program in ("interleave-backend", "interleave-load"):
            (self.bin / program).symlink_to(BIN / program)

    def add_script(self, name, *command):
        script = self.bin / name
        words = " ".join(f"'{word}'" for word in command)
        script.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
        script.chmod(0o755)

    def add_server(self, name, fault="none", after=50):
        self.add_script(f"interleave-server-{name}", "/usr/bin/python3", str(FAKES / "fake_server.py"),
                        "--name", name, "--fault", fault, "--after", str(after), "--mark", str(self.struck))

    def add_nested_server(self, name):
        """One that is the child of a shell that waits for it."""
        self.add_server(name)
        script = self.bin / f"interleave-server-{name}"
        script.write_text(script.read_text().replace("exec ", "") + "exit $?\n")

    def use_fake_wrk(self, fault):
        tools = self.folder / "tools"
        tools.mkdir()
        (tools / "wrk").symlink_to(FAKES / "fake_wrk.py")
        self.environment["REAL_WRK"] = shutil.which("wrk")
        self.environment["FAKE_WRK_FAULT"] = fault
        self.environment["PATH"] = f"{tools}:{self.environment['PATH']}"

    def use_fake_load(self, fault):
        (self.bin / "interleave-load").unlink()
        (self.bin / "interleave-load").symlink_to(FAKES / "fake_interleave_load.py")
        self.environment["REAL_INTERLEAVE_LOAD"] = str(BIN / "interleave-load")
        self.environment["FAKE_LOAD_FAULT"] = fault

    def command(self, *words):
        folders = ["--bin-dir", str(self.bin)]
        if words[0] in ("run", "list", "verify", "trace"):
            folders += ["--servers", str(self.externals)]
        return [str(BIN / "interleave"), *words, *folders]

    def plan(self, repetitions=1, warmup="200ms", duration="1s", connections="[4]", calibration=0, more=""):
        """A plan, by default without calibration trials: only the trials a test is about. `more`: further lines."""
        file = self.folder / "plan.toml"
        file.write_text(f'name = "plan"\ndescription = "test"\nworkloads = ["one_call"]\nconnections = {connections}\n'
                        f'repetitions = {repetitions}\nwarmup = "{warmup}"\nduration = "{duration}"\nseed = 7\n'
                        f"{more}\n[calibration]\nrepetitions = {calibration}\ncpu_connections = 4\n")
        return str(file)

    def start(self, *words, **plan):
        """Starts `interleave run` and returns the process; the caller ends it."""
        return subprocess.Popen(self.command("run", "--plan", self.plan(**plan), "--out", str(self.out), *words),
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.environment)

    def go_on(self):
        """Starts `interleave run --resume` and returns the process; the caller ends it."""
        return subprocess.Popen(self.command("run", "--resume", str(self.out)), stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, env=self.environment)

    def assert_nothing_left(self):
        """No process that a run of this lab has started is alive, soon."""
        mark = f"LAB={self.folder}\0".encode()

        def left():
            return [command for pid, _, command in processes() if mark in environment_of(pid)]
        wait_until(lambda: not left(), f"gone: {left()}")

    def run(self, *words, **plan):
        """Runs a plan to its end: (exit code, stdout, stderr)."""
        process = self.start(*words, **plan)
        try:
            out, err = process.communicate(timeout=DEADLINE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"the run did not end:\n{out}\n{err}") from None
        return process.returncode, out, err

    def call(self, *words):
        """Any other command."""
        done = subprocess.run(self.command(*words), capture_output=True, text=True, timeout=DEADLINE_S,
                              env=self.environment, check=False)
        return done.returncode, done.stdout, done.stderr

    def call_plain(self, *words):
        """A command that takes no --bin-dir, or needs none."""
        done = subprocess.run([BIN / "interleave", *words], capture_output=True, text=True, timeout=DEADLINE_S,
                              env=self.environment, check=False)
        return done.returncode, done.stdout, done.stderr

    def trials(self):
        return [json.loads(file.read_text()) for file in sorted((self.out / "trials").glob("*.json"))]

    def summary(self):
        return json.loads((self.out / "summary.json").read_text())

    def run_json(self):
        return json.loads((self.out / "run.json").read_text())

    def assert_no_half_file(self):
        files = [file for file in self.out.rglob("*") if file.is_file() and "scratch" not in file.parts]
        assert files
        for file in files:
            assert file.suffix == ".json" or file.parent.name == "exports" and file.suffix != ".tmp", f"{file} was left behind"
            if file.suffix == ".json":
                json.loads(file.read_text())


def reasons(trial):
    return [finding["reason"] for finding in trial["reasons"]]


def details(trial):
    return " ".join(finding["detail"] for finding in trial["reasons"])
