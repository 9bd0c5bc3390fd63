"""What the tests share: the import path and a synthetic run of each variant, made once and never changed."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(SCRIPTS), str(SCRIPTS / "tests")]

from make_run import VARIANTS, make_run  # noqa: E402 (needs the path above)


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
