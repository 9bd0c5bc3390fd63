"""What the documents tell a reader to type works: every command of every `sh` block is run, in a copy of the tree.

A new command needs nothing here: it is run as it stands. One that takes too long, needs the network or changes the
machine is shortened by the table; the block of servers/README.md has a test of its own (new_model_test.py).
"""

from __future__ import annotations

import pytest

from documented import blocks, build_dir, documents, make_sandbox, programs, run_session
from processes import source_dir

DEADLINE_S = 90.0  # of one block; on a quiet machine none takes 15 s

# `make` has no exit code 4, which says that a busy machine gave figures that may not be used: not the question here.
PAGE_DRAWN = "[[ -s results/latest/report.html ]]"

# `-o build`: everything but installing and building. `-n`: only what make would do.
SHORTENED = {
    "make bench": f"make -o build bench || {PAGE_DRAWN}",
    "make bench WAIT=20ms CPU=200us CONNECTIONS=256":
        f"make -o build bench WAIT=20ms CPU=200us CONNECTIONS=16 || {PAGE_DRAWN}",
    "make test": "make -n test",  # it would run this test
    "make build": "make -n build",
    "make build PRESET=dev": "make -n build PRESET=dev",
    "make floors": "make -n floors",
    "scripts/install_deps.sh --peers": "scripts/install_deps.sh --peers --list",
    "make lint": "make -n lint",
    "make format": "make -n format",
    "make lab": "make -n lab",  # it asks on a terminal
    "make trace-cost": "make -n trace-cost",
    "make micro": "make -n micro && build/release/bin/interleave-micro --benchmark_list_tests",
    "make regress BASE=HEAD~1": "make -n regress BASE=HEAD~1",  # a copy of the tree has no commits
    'build/release/bin/interleave regress --base-cmd "./server-old" --head-cmd "./server-new"':
        "build/release/bin/interleave regress --base-cmd build/release/bin/interleave-server-libuv_loop "
        "--head-cmd build/release/bin/interleave-server-libuv_loop --pairs 5 --duration 100ms",
    # The build under test may hold changes that are no commit, and is added twice.
    "build/release/bin/interleave history add results/latest":
        "build/release/bin/interleave history add results/latest --commit 0123456789ab --replace",
    "scripts/calibrate.sh": "bash -n scripts/calibrate.sh && scripts/calibrate.sh --help",  # 12 minutes
    ".ci/run": "bash -n .ci/run",
    "ctest --preset dev -R Session": f"ctest --test-dir {build_dir()} -N -R Session --no-tests=error",
    # Whether a machine is fit is not the question here: 1 says that it is not.
    "build/release/bin/interleave doctor": "build/release/bin/interleave doctor || [[ $? == 1 ]]",
}
# After each `interleave run`; 4: as above.
RUN_SHORT = " --repetitions 1 --warmup 50ms --duration 200ms || [[ $? == 4 ]]"

# Not run at all, and why.
NOT_RUN = {
    "apt-get update && apt-get install -y --no-install-recommends ca-certificates git make valgrind": "installs",
    'git config --global --add safe.directory "$PWD"': "changes the user's settings",
    'make regress BASE=origin/main OPTIONS="--out results/gate"': "needs the repository's history",
    "cat results/gate/summary.md": "written by the command before it",
}

ELSEWHERE = {"servers/README.md"}


def shortened(command: str) -> str:
    if command in NOT_RUN:
        return ":"
    if command.startswith("build/release/bin/interleave run "):
        return command + RUN_SHORT
    return SHORTENED.get(command, command)


@pytest.mark.parametrize("document", [name for name in documents() if name not in ELSEWHERE])
def test_commands_work_as_printed(document, tmp_path):
    sandbox = make_sandbox(tmp_path, programs())
    for commands in blocks((source_dir() / document).read_text()):
        run_session(sandbox, commands, DEADLINE_S, shortened)


def test_the_tables_name_no_command_that_is_gone():
    printed = {command for name in documents() for block in blocks((source_dir() / name).read_text())
               for command in block}
    assert (set(SHORTENED) | set(NOT_RUN)) - printed == set()
    assert ELSEWHERE - set(documents()) == set()


def test_a_failing_command_is_named(tmp_path):
    with pytest.raises(AssertionError, match="exit code 3: sh -c 'exit 3'"):
        run_session(tmp_path, ["true", "sh -c 'exit 3'", "true"], DEADLINE_S)
    with pytest.raises(AssertionError, match="not within 0.5 s: sleep 60"):
        run_session(tmp_path, ["sleep 60"], 0.5)


def test_what_a_reader_would_leave_running_is_found(tmp_path):
    with pytest.raises(AssertionError, match="left running"):
        run_session(tmp_path, ["sleep 60 &"], DEADLINE_S, ending_deadline_s=0.5)


def test_blocks_are_read_as_a_shell_reads_them():
    text = "text\n```sh\nmake bench  # draws\n\n# a comment\nrun --a 1 \\\n    --b 2 &\ncurl 'x#y'\n```\n```\nno\n```\n"
    assert blocks(text) == [["make bench", "run --a 1 --b 2 &", "curl 'x#y'"]]
