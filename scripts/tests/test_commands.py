"""Every script says what is wrong in one line: wrong usage, a package that is not there or cannot be imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parent.parent


def run(*words, **environment):
    return subprocess.run([sys.executable, "-B", SCRIPTS / words[0], *words[1:]], capture_output=True, text=True,
                          timeout=120, check=False, stdin=subprocess.DEVNULL, env=os.environ | environment)


@pytest.mark.parametrize("words, says", [
    (("charts/main.py",), "RUN"),
    (("charts/main.py", "--bogus"), "RUN"),
    (("charts/main.py", "results", "--bogus"), "--bogus"),
    (("report/main.py",), "RUN"),
    (("lab/main.py", "nope"), "nope"),
    (("floors/main.py",), "RUN"),
    (("accuracy/main.py", "--seed", "x"), "--seed"),
    (("accuracy/agreement.py",), "RUN"),
    (("trace_cost.py", "--bogus"), "--bogus"),
    (("waiting_costs.py",), "micro"),
    (("measure_load.py", "speed"), "speed"),
    (("instruction_counts.py",), "bin"),
    (("calibration_table.py",), "--document"),
], ids=lambda value: " ".join(value) if isinstance(value, tuple) else value)
def test_wrong_usage_is_one_line_and_exit_2(words, says):
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ") and done.stderr.endswith(" (see --help)\n") and says in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("package", ["matplotlib", "numpy", "jinja2"])
@pytest.mark.parametrize("script", ["charts/main.py", "report/main.py", "lab/main.py", "accuracy/main.py",
                                    "trace_cost.py"])
def test_a_package_that_cannot_be_imported_is_one_line(tmp_path, script, package):
    (tmp_path / f"{package}.py").write_text('raise ImportError("it was built\\nfor another interpreter")\n')
    done = run(script, "--bogus", PYTHONPATH=str(tmp_path))
    if done.returncode != 2:  # 2: it does without the package, and goes on to say what is wrong with its words
        assert done.returncode == 1
        assert "it was built for another interpreter" in done.stderr
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1, done.stderr


def test_the_page_needs_all_three(tmp_path):
    for package in ("matplotlib", "numpy", "jinja2"):
        (tmp_path / f"{package}.py").write_text('raise ImportError("broken")\n')
    done = run("report/main.py", "results", PYTHONPATH=str(tmp_path))
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    for package in ("matplotlib", "numpy", "jinja2"):
        assert f"{package} (broken)" in done.stderr


def test_a_package_that_is_not_there_says_how_to_get_it():
    program = f"import sys; sys.path.insert(0, {str(SCRIPTS)!r}); from packages import require; require('no_such_one')"
    done = subprocess.run([sys.executable, "-B", "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert "install_deps.sh" in done.stderr and "python3-no_such_one" in done.stderr
