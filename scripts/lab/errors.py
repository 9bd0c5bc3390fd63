"""Why a lab ends early. `code`: 2 usage, 4 the measurement cannot be used, 1 anything else."""

from __future__ import annotations


class LabError(Exception):
    """The message is one line that says what to do."""

    def __init__(self, message: str, code: int = 2) -> None:
        super().__init__(message)
        self.code = code
