"""Pass on what a run says, but not more often than anybody can read."""

from __future__ import annotations

import logging
from datetime import timedelta
from threading import Lock
from typing import Final

from ..domain.change import Hold, Note
from ..domain.errors import PortError
from ..domain.result import Progress
from ..ports.clock import Clock
from ..ports.result_store import ResultWriter

_log: Final = logging.getLogger(__name__)

_INTERVAL: Final = timedelta(milliseconds=250)
"""Four notes a second per run: smooth for a person, a trifle for the store."""

_OUTPUT_CHARACTERS: Final = 8192
"""How much of the latest output a note shows while the run goes on; the whole comes at the end."""


class Reporter:
    """Coalesces the progress and output of one run into notes; never fails the run.

    The last words before an end may stay unsaid here: the final record holds the output.
    """

    def __init__(self, *, writer: ResultWriter, clock: Clock, hold: Hold) -> None:
        self._writer = writer
        self._clock = clock
        self._hold = hold
        self._lock = Lock()
        self._progress: Progress | None = None
        self._output = ""
        self._sent = clock.elapsed() - _INTERVAL

    def on_output(self, text: str) -> None:
        """Take printed text as it comes."""
        with self._lock:
            self._output = (self._output + text)[-_OUTPUT_CHARACTERS:]
        self._send_if_due()

    def on_progress(self, done: float, total: float | None, note: str) -> None:
        """Take a statement of progress."""
        with self._lock:
            self._progress = Progress(done=done, total=total, note=note)
        self._send_if_due()

    def _send_if_due(self) -> None:
        with self._lock:
            if self._clock.elapsed() - self._sent < _INTERVAL:
                return
            self._sent = self._clock.elapsed()
            note = Note(hold=self._hold, progress=self._progress, output=self._output or None)
        try:
            self._writer.report([note])
        except PortError as exc:
            _log.debug("progress of %s not shown: %s", self._hold.address.key, exc)
