"""A model of one's own: what servers/README.md says to type makes a model that builds, conforms and is measured."""

from __future__ import annotations

import pytest

from documented import blocks, build_dir, make_sandbox, run_session
from processes import run, source_dir

DEADLINE_S = 280.0  # without a compiler cache; with it the test takes half a minute, most of it for the conformance tests

BUILT = ("interleave", "interleave-server-libuv_loop")  # there already: the harness, and a model to compare with
SHORTENED = {
    # Only what the next commands need.
    "make build": "cmake --preset release > /dev/null && "
                  "ninja -C build/release interleave-server-my_model interleave-backend",
    "ctest --preset release -R conformance.my_model": "ctest --preset release -R conformance.my_model --no-tests=error",
    "build/release/bin/interleave run --models my_model,libuv_loop":
        "build/release/bin/interleave run --plan smoke --models my_model,libuv_loop",  # the test's short one
}


def commands() -> list[str]:
    [block] = blocks((source_dir() / "servers" / "README.md").read_text())
    return block


def test_the_documented_way_leads_to_a_model_that_conforms(tmp_path):
    assert commands()[0] == "scripts/new_model.sh my_model"
    assert set(SHORTENED) <= set(commands())
    sandbox = make_sandbox(tmp_path, [build_dir() / "bin" / name for name in BUILT])
    output = run_session(sandbox, commands(), DEADLINE_S, lambda command: SHORTENED.get(command, command))
    assert "100% tests passed, 0 tests failed" in output
    assert (sandbox / "results" / "latest" / "summary.json").exists()


@pytest.mark.parametrize("words", [[], [""], ["libuv_loop"], ["ceiling"], ["common"], ["Mine"], ["a-b"], ["a/b"], ["../a"],
                                   ["a__b"], ["a_"], ["2a"], ["a" * 33], ["session"], ["a", "b"], ["--frobnicate"]])
def test_a_name_that_cannot_be_used_is_one_line_and_changes_nothing(words, sandbox):
    before = {path: path.read_bytes() for path in sandbox.rglob("*") if path.is_file()}
    done = run([sandbox / "scripts" / "new_model.sh", *words])
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1 and done.stdout == ""
    assert {path: path.read_bytes() for path in sandbox.rglob("*") if path.is_file()} == before


@pytest.fixture(name="sandbox", scope="module")
def fixture_sandbox(tmp_path_factory):
    """Nothing in it is built or changed."""
    return make_sandbox(tmp_path_factory.mktemp("tree"), [])


def test_a_second_time_is_refused(tmp_path):
    sandbox = make_sandbox(tmp_path, [])
    assert run([sandbox / "scripts" / "new_model.sh", "mine"]).returncode == 0
    again = run([sandbox / "scripts" / "new_model.sh", "mine"])
    assert again.returncode == 2 and "servers/mine is there already" in again.stderr


def test_help_has_an_example_and_the_exit_codes():
    done = run([source_dir() / "scripts" / "new_model.sh", "--help"])
    assert done.returncode == 0
    assert "e.g. my_model" in done.stdout and "Exit:" in done.stdout
