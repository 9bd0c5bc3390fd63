"""The packages that drawing needs, imported before anything else does: one clear line instead of a traceback."""

from __future__ import annotations

import importlib
import sys


def require(*names: str) -> None:
    """Ends the program with what to do if one is not there, or is there and cannot be imported."""
    missing, broken = [], []
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError as problem:
            if isinstance(problem, ModuleNotFoundError) and problem.name == name:
                missing.append(name)
            else:
                reason = " ".join(str(problem).split())
                broken.append(f"{name} ({reason if len(reason) <= 120 else reason[:120] + '...'})")
    if missing:
        sys.exit(f"error: {sys.executable} has no {', '.join(missing)}: run scripts/install_deps.sh "
                 f"(or: apt-get install {' '.join('python3-' + name for name in missing)}) and use /usr/bin/python3")
    if broken:
        sys.exit(f"error: {sys.executable} has but cannot import {', '.join(broken)}: look for another version of it in "
                 "PYTHONPATH or ~/.local, or install it again")
