"""Files that know how long they live: a file's modification time is the end of its life."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from fleeting.domain.errors import StoreDenied, StoreUnavailable

_GRACE: Final = 86_400.0
"""Seconds that an expired file stays, so that none is removed while somebody renews it."""


class TextFiles:
    """A directory of texts; safe for several processes on the same directory.

    Args:
        folder: must exist; it is looked at when a text is asked for, not before.
        now: seconds since the epoch; the clock of the file system.
    """

    def __init__(self, folder: Path, now: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._now = now

    def write(self, name: str, text: str, keep: timedelta) -> None:
        """Keep a text for `keep` from here on, and remove what expired long ago."""
        path = self._folder / name
        expires = self._now() + keep.total_seconds()
        with _plain_errors(self._folder):
            # Readers find the whole text or none: a rename is one step.
            descriptor, draft = tempfile.mkstemp(dir=self._folder, prefix=".draft-")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(text.encode())
                os.utime(draft, (expires, expires))
                Path(draft).replace(path)
            except BaseException:
                Path(draft).unlink(missing_ok=True)
                raise
            self._tidy_up()

    def read(self, name: str) -> str | None:
        """The text, or None if there is none that lives."""
        with _plain_errors(self._folder):
            try:
                with (self._folder / name).open("rb") as file:
                    is_alive = os.fstat(file.fileno()).st_mtime > self._now()
                    return file.read().decode() if is_alive else None
            except FileNotFoundError:
                # No text under that name; but is there a directory?
                self._folder.stat()
                return None

    def _tidy_up(self) -> None:
        for entry in os.scandir(self._folder):
            if entry.stat().st_mtime < self._now() - _GRACE:
                Path(entry.path).unlink(missing_ok=True)


@contextmanager
def _plain_errors(folder: Path) -> Iterator[None]:
    """Tell the operating system's errors in the words of the port."""
    try:
        yield
    except PermissionError as exc:
        raise StoreDenied(f"{folder} may not be used by this user: see its owner and mode") from exc
    except OSError as exc:
        raise StoreUnavailable(f"{folder} cannot be used: {exc.strerror}") from exc
