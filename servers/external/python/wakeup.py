"""What ends a wait when a signal comes. Python runs handlers between two instructions: a signal that arrives after the
last look for one and before a system call that waits would be handled only when that wait ends for another reason."""

from __future__ import annotations

import signal
import socket


class SignalWakeup:
    """Becomes readable with every signal. To be made in the main thread; waits include it and drain it."""

    def __init__(self) -> None:
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)

    def fileno(self) -> int:
        return self._reader.fileno()

    def drain(self) -> None:
        """Runs the handlers of the signals that came."""
        try:
            while self._reader.recv(4096):
                pass
        except BlockingIOError:
            pass
        # CPython 3.11 works out in two steps whether to look for signals; one that comes between them is noted, and
        # its handler waits for the next. This call looks in any case (and blocks nothing).
        signal.pthread_sigmask(signal.SIG_BLOCK, ())
