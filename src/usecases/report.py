"""Pass on what runs say while they run, but not more often than anybody can read."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock
from typing import Final

from pydantic import ValidationError

from ..domain.change import Hold, Note
from ..domain.errors import PortError
from ..domain.result import Progress
from ..domain.text import valid_unicode
from ..ports.result_store import ResultWriter

_log: Final = logging.getLogger(__name__)

_OUTPUT_CHARACTERS: Final = 8192
"""How much of the latest output a note shows while the run goes on; the whole comes at the end."""

_MOST_CHARACTERS: Final = 65_536
"""The same for a run that prints faster than notes are sent: who reads every note or every second
one misses nothing up to there."""


class Reporter:
    """Hears one run, and keeps the latest of what it says; never waits for the store."""

    def __init__(self, hold: Hold, told: Event) -> None:
        self._hold = hold
        self._told = told
        self._lock = Lock()
        self._progress: Progress | None = None
        self._output = ""
        self._printed = 0
        self._told_of = (0, 0)
        self._is_news = False

    @property
    def progress(self) -> Progress | None:
        """How far the run said last that it had come."""
        return self._progress

    def on_output(self, text: str) -> None:
        """Take printed text as it comes."""
        text = valid_unicode(text)
        with self._lock:
            self._printed += len(text)
            recent = max(_OUTPUT_CHARACTERS, self._printed - self._told_of[0])
            self._output = (self._output + text)[-min(recent, _MOST_CHARACTERS) :]
            self._is_news = True
        self._told.set()

    def on_progress(self, done: float, total: float | None, note: str) -> None:
        """Take a statement of progress; one that cannot be shown is left out."""
        try:
            progress = Progress(done=done, total=total, note=valid_unicode(note))
        except ValidationError:
            return
        with self._lock:
            self._progress = progress
            self._is_news = True
        self._told.set()

    def news(self) -> Note | None:
        """What is to be passed on since the last call; None: nothing."""
        with self._lock:
            if not self._is_news:
                return None
            self._is_news = False
            return Note(
                hold=self._hold,
                progress=self._progress,
                output=self._output or None,
                output_start=self._printed - len(self._output),
            )

    def heard(self, note: Note) -> None:
        """Take that a note was passed on."""
        with self._lock:
            self._told_of = (self._told_of[1], note.output_start + len(note.output or ""))

    def unheard(self) -> None:
        """Have it said again what was not passed on: the run may say nothing more for long."""
        with self._lock:
            self._is_news = True
        self._told.set()


class Reports:
    """What the runs of this process say; somebody calls `wait` and `send` by turns.

    The runs only leave their words here, so a store that is slow or away holds up none of them.
    """

    def __init__(self, *, writer: ResultWriter) -> None:
        self._writer = writer
        self._lock = Lock()
        self._reporters: set[Reporter] = set()
        self._told = Event()

    @contextmanager
    def open(self, hold: Hold) -> Iterator[Reporter]:
        """A reporter for the run of `hold`.

        What was not sent by the end stays unsaid here: the final record holds it.
        """
        reporter = Reporter(hold, self._told)
        with self._lock:
            self._reporters.add(reporter)
        try:
            yield reporter
        finally:
            with self._lock:
                self._reporters.discard(reporter)

    def wait(self) -> None:
        """Return once a run has said something, or after `wake`."""
        self._told.wait()

    def wake(self) -> None:
        """Have `wait` return."""
        self._told.set()

    def send(self) -> None:
        """Pass on the latest of each run that has said something, in one round trip.

        What a store that is away did not take is passed on at the next turn.
        """
        self._told.clear()
        with self._lock:
            said = [(one, note) for one in self._reporters if (note := one.news()) is not None]
        if not said:
            return
        try:
            self._writer.report([note for _, note in said])
        except PortError as exc:
            _log.debug("progress of %d run(s) not shown: %s", len(said), exc)
            if exc.retryable:
                for reporter, _ in said:
                    reporter.unheard()
            return
        for reporter, note in said:
            reporter.heard(note)
