"""Hand what a run says to its observer, from a thread of its own: an observer may be slow."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Condition, Thread
from typing import Final, ParamSpec

from ...ports.runner import RunObserver

P = ParamSpec("P")

_log: Final = logging.getLogger(__name__)


class Delivery:
    """Keeps a run's clock free of its observer; what comes while that is busy is merged.

    The thread begins with the first word, so that silent runs do not pay for it.
    """

    def __init__(self, observer: RunObserver) -> None:
        self._observer = observer
        self._changed = Condition()
        self._text = ""
        self._progress: tuple[float, float | None, str] | None = None
        self._is_over = False
        self._thread: Thread | None = None

    def output(self, text: str) -> None:
        """Pass on printed text."""
        if text:
            with self._changed:
                self._text += text
                self._wake()

    def progress(self, done: float, total: float | None, note: str) -> None:
        """Pass on a statement of progress; only the latest counts."""
        with self._changed:
            self._progress = done, total, note
            self._wake()

    def close(self) -> None:
        """Return when everything is delivered."""
        if self._thread is None:
            # Nothing was ever said.
            return
        with self._changed:
            self._is_over = True
            self._changed.notify()
        self._thread.join()

    def _wake(self) -> None:
        if self._thread is None:
            self._thread = Thread(target=self._deliver, name="fleeting-observer", daemon=True)
            self._thread.start()
        self._changed.notify()

    def _deliver(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._text or self._progress or self._is_over)
                text, progress = self._text, self._progress
                self._text, self._progress = "", None
            if not text and progress is None:
                return
            if text:
                _tell(self._observer.on_output, text)
            if progress is not None:
                _tell(self._observer.on_progress, *progress)


def _tell(listener: Callable[P, None], *words: P.args, **more: P.kwargs) -> None:
    try:
        listener(*words, **more)
    except Exception:  # noqa: BLE001  # whatever it is, the run is not to blame
        _log.exception("an observer failed; its run goes on")
