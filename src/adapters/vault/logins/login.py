"""What every way to log in has in common."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from ....domain.errors import SecretsUnavailable
from ..answer import Answer
from ..transport import Transport


class Login(Protocol):
    """A way to get a token.

    Attributes:
        owns_tokens: whether the tokens are this process's own, to be revoked when it ends.
        follows_stamp: whether another stamp means that there is another token to be had.
    """

    owns_tokens: bool
    follows_stamp: bool

    def stamp(self) -> object:
        """What the proof looks like from outside: while it stays, so does a refusal of it."""
        ...

    def log_in(self, transport: Transport) -> Answer:
        """Get a token, in the part `auth` of the answer.

        Raises:
            PortError: there is no proof to show, or what it shows is refused for good reason.
            VENDOR_ERRORS: the call failed.
        """
        ...


class ProofFile:
    """A file with a proof in it, which somebody else may replace at any time."""

    def __init__(self, path: Path, what: str) -> None:
        self._path, self._what = path, what

    def stamp(self) -> object:
        """Changes with the file."""
        try:
            found = self._path.stat()
        except OSError as exc:
            return exc.errno
        return found.st_mtime_ns, found.st_ino, found.st_size

    def text(self) -> str:
        """What it holds, without the space around it.

        Raises:
            SecretsUnavailable: it cannot be read, or is empty.
        """
        try:
            text = self._path.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as exc:
            reason = getattr(exc, "strerror", None) or "it is no text"
            raise SecretsUnavailable(
                f"{self._what} cannot be read from {self._path}: {reason}. Deliver the file, or "
                "correct the setting"
            ) from None
        if not text:
            raise SecretsUnavailable(f"{self._what} is missing: {self._path} is empty, deliver it")
        return text
