"""What the tests share: the import path and a synthetic run of each variant, made once and never changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(SCRIPTS), str(SCRIPTS / "tests")]

from make_run import VARIANTS, make_run  # noqa: E402 (needs the path above)


def harness_tests() -> Path:
    """The C++ tests' program: of the build that is tested, or of the first that has it."""
    folders = [Path(os.environ["INTERLEAVE_BIN_DIR"])] if "INTERLEAVE_BIN_DIR" in os.environ else [
        SCRIPTS.parent / "build" / preset / "bin" for preset in ("dev", "release", "asan", "tsan")]
    for folder in folders:
        program = folder / "interleave-harness-tests"
        if program.exists():
            return program
    raise FileNotFoundError(f"no interleave-harness-tests in {', '.join(map(str, folders))}: run make test")


@pytest.fixture(scope="session")
def interleave() -> Path:
    return harness_tests().with_name("interleave")


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run written by the C++ writers: good trials, a failed one, a summary. Read only."""
    folder = tmp_path_factory.mktemp("run")
    subprocess.run([harness_tests(), "--gtest_filter=RecordIo.*", "--gtest_brief=1"], check=True, timeout=60,
                   env={**os.environ, "INTERLEAVE_EXAMPLES": str(folder)}, stdout=subprocess.DEVNULL)
    return folder


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders by variant. Read only: use `copy_run` to change one."""
    base = tmp_path_factory.mktemp("runs")
    return {variant: make_run(base / variant, variant) for variant in VARIANTS}


@pytest.fixture(scope="session")
def drawn(runs: dict[str, Path]) -> dict[str, list]:
    """The charts of each run."""
    from charts.catalogue import draw
    from charts.load_run import load_run

    return {variant: draw(load_run(folder)) for variant, folder in runs.items()}


@pytest.fixture
def copy_run(runs: dict[str, Path], tmp_path: Path):
    def copy(variant: str = "full") -> Path:
        return Path(shutil.copytree(runs[variant], tmp_path / variant))

    return copy
