"""The packages that drawing needs, checked before anything imports them: one clear line instead of a traceback."""

from __future__ import annotations

import importlib.util
import sys


def require(*names: str) -> None:
    """Ends the program with what to do if one cannot be imported."""
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if missing:
        sys.exit(f"error: {sys.executable} has no {', '.join(missing)}: run scripts/install_deps.sh "
                 f"(or: apt-get install {' '.join('python3-' + name for name in missing)}) and use /usr/bin/python3")
