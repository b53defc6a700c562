"""A user and a password that somebody else keeps, and changes now and then."""

from __future__ import annotations

import logging
from threading import Lock
from typing import Final

from ..domain.credentials import Credentials
from ..domain.errors import PortError, SecretNotFound
from ..ports.secret_source import SecretSource, SupportsForgetting

_log: Final = logging.getLogger(__name__)


class StoredCredentials:
    """`CredentialSource` on a `SecretSource`: reads whenever a connection is made.

    Who reads before the change gets the old password, and is refused; it reads again then.
    """

    def __init__(self, secrets: SecretSource, path: str, *, username: str | None = None) -> None:
        """Read nothing yet.

        Args:
            secrets: keeps the fields `username` and `password`.
            path: where it keeps them.
            username: the user, where the secret has no such field.
        """
        self._secrets, self._path, self._username = secrets, path, username
        self._lock = Lock()
        self._last: Credentials | None = None

    def current(self) -> Credentials:
        try:
            found = self._read()
        except PortError as error:
            with self._lock:
                if self._last is None:
                    raise
                _log.warning("the last password at %s is used on: %s", self._path, error.message)
                return self._last
        with self._lock:
            self._last = found
        return found

    def refused(self, credentials: Credentials) -> None:
        if isinstance(self._secrets, SupportsForgetting):
            self._secrets.forget(self._path)

    def _read(self) -> Credentials:
        fields = self._secrets.read(self._path)
        if "password" not in fields:
            raise SecretNotFound(
                f"the secret {self._path} has no field password: write user and password there as "
                "the fields username and password"
            )
        return Credentials(fields.get("username", self._username), fields["password"])
