"""The policy file: read, checked, and read again when it has changed."""

from __future__ import annotations

import logging
import re
import threading
import time
import tomllib
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from ..adapters.memory.policy_source import FixedPolicy
from ..domain.errors import InvalidSetting
from ..domain.policy import Policy
from ..domain.task import describe
from ..ports.policy_source import PolicySource

_log: Final = logging.getLogger(__name__)

_EVERY: Final = 1.0
"""Seconds between two looks at the file: a change counts soon, and a look costs microseconds."""

_Mark = tuple[int, int, int]
"""What changes when a file does, whether it is written or replaced: inode, time, size."""


def make(path: str) -> PolicySource:
    """The policy of a file, or the default one where there is none ("").

    Raises:
        InvalidSetting: the file cannot be read, or holds no policy; the message says where.
    """
    return PolicyFile(Path(path)) if path else FixedPolicy()


class PolicyFile:
    """A `PolicySource` over a TOML file. A change for the worse is logged, and does not count."""

    def __init__(self, path: Path) -> None:
        """Read the file.

        Raises:
            InvalidSetting: see `read`.
        """
        self._path = path
        self._lock = threading.Lock()
        self._mark = _mark(path)
        self._policy = read(path)
        self._looked = time.monotonic()

    def current(self) -> Policy:
        if time.monotonic() - self._looked >= _EVERY and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._lock.release()
        return self._policy

    def _look(self) -> None:
        self._looked = time.monotonic()
        mark = _mark(self._path)
        if mark == self._mark:
            return
        self._mark = mark
        try:
            self._policy = read(self._path)
        except InvalidSetting as exc:
            _log.error("%s; the policy that was read before stays in force", exc)
        else:
            _log.info("read the policy %s again: %d grants", self._path, len(self._policy.grants))


def read(path: Path) -> Policy:
    """The policy in a file.

    Raises:
        InvalidSetting: it cannot be read, is no TOML, or holds no policy; the message names the
            line.
    """
    try:
        text = path.read_text("utf-8")
        said = tomllib.loads(text)
    except OSError as exc:
        reason = f"which cannot be read: {exc.strerror}"
        raise InvalidSetting(f"FLEETING_POLICY names {path}, {reason}") from None
    except ValueError as exc:
        raise InvalidSetting(f"FLEETING_POLICY names {path}, which is no TOML: {exc}") from None
    try:
        return Policy.model_validate(said)
    except ValidationError as exc:
        raise InvalidSetting(f"{_place(path, text, exc)}: {describe(exc)}") from None


def _place(path: Path, text: str, error: ValidationError) -> str:
    """The line of the first grant that is wrong; TOML keeps none for its values."""
    where = error.errors()[0]["loc"]
    starts = [
        number
        for number, line in enumerate(text.splitlines(), 1)
        if re.match(r"\s*\[\[\s*grants\s*\]\]", line)
    ]
    at = where[1] if len(where) > 1 else None
    line = f", line {starts[at]}" if isinstance(at, int) and at < len(starts) else ""
    return f"policy {path}{line}"


def _mark(path: Path) -> _Mark | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
