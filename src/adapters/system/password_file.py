"""`CredentialSource` on a file: a mounted secret that holds a password and nothing else."""

from __future__ import annotations

from pathlib import Path

from ...domain.credentials import Credentials
from ...domain.errors import SecretForbidden, SecretNotFound


class PasswordFile:
    """Reads the file whenever a connection is made, so that who delivers it may replace it."""

    def __init__(self, path: str, username: str | None) -> None:
        self._path, self._username = Path(path), username

    def current(self) -> Credentials:
        try:
            text = self._path.read_text("utf-8")
        except PermissionError:
            raise SecretForbidden(
                f"the password file {self._path} may not be read: give this process's user the "
                "right to"
            ) from None
        except (OSError, ValueError) as exc:
            raise SecretNotFound(
                f"there is no password in the file {self._path}: {type(exc).__name__}"
            ) from None
        return Credentials(self._username, text.rstrip("\r\n"))

    def refused(self, credentials: Credentials) -> None:
        """Nothing to do: the next `current` reads again."""
