"""The file with the digests of static tokens: read by the API, changed by `fleeting token`."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from ...domain.errors import InvalidSetting
from ...domain.static_token import StaticTokens

_MODE: Final = 0o600
"""The digests give no token away, but whoever may write here makes tokens."""

Stamp = tuple[int, int, int]


class TokenFile:
    """A JSON file that is replaced as a whole, so that nobody ever reads half of one."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def stamp(self) -> Stamp:
        """Something that changes with the file; costs microseconds.

        Raises:
            OSError: There is no such file, or it may not be seen.
        """
        facts = self.path.stat()
        return facts.st_ino, facts.st_mtime_ns, facts.st_size

    def is_writable_by_others(self) -> bool:
        """Whether others than its owner may write it, and so make tokens."""
        return bool(self.path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH))

    def read(self) -> StaticTokens:
        """All tokens.

        Raises:
            InvalidSetting: The file is not there, may not be read, or is no file of tokens.
        """
        try:
            return StaticTokens.model_validate_json(self.path.read_bytes())
        except FileNotFoundError:
            reason = "which is not there: make a token with `fleeting token create`"
        except OSError as exc:
            reason = f"which cannot be read: {exc.strerror}"
        except ValidationError as exc:
            # Values are left out: what was put into the wrong file may be a secret.
            where = ".".join(map(str, exc.errors(include_input=False)[0]["loc"]))
            reason = f"which is no file of tokens{f': see {where}' if where else ''}"
        raise InvalidSetting(f"FLEETING_AUTH_TOKENS_FILE names {self.path}, {reason}")

    def change(self, change: Callable[[StaticTokens], StaticTokens]) -> None:
        """Replace all tokens by what `change` makes of them; a missing file is an empty one.

        Changes of several processes come one after the other.

        Raises:
            InvalidSetting: The file cannot be read or written, or is no file of tokens.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with (self.path.parent / f".{self.path.name}.lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                known = self.read() if self.path.exists() else StaticTokens()
                self._replace(change(known).model_dump_json(indent=2))
        except OSError as exc:
            raise InvalidSetting(
                f"FLEETING_AUTH_TOKENS_FILE names {self.path}, which cannot be written: "
                f"{exc.strerror}"
            ) from None

    def _replace(self, text: str) -> None:
        beside = self.path.parent / f".{self.path.name}.{os.getpid()}"
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE)
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{text}\n")
            file.flush()
            os.fsync(descriptor)
        beside.replace(self.path)
