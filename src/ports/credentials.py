"""User and password of a server, asked for whenever a connection to it is made."""

from __future__ import annotations

from typing import Protocol

from ..domain.credentials import Credentials, Place


class CredentialSource(Protocol):
    """Credentials that change while a process runs; every method may be called from any thread."""

    def current(self) -> Credentials:
        """Those to connect with at this moment; may ask a server for them, and block.

        The same as before, unless they were replaced or refused meanwhile.

        Raises:
            PortError: there are none, and no others can be had.
        """
        ...

    def refused(self, credentials: Credentials) -> None:
        """Learn that the server does not take `credentials` (any more): `current` gives others.

        Does nothing where they are not the current ones, or so young that others would be
        refused too. Raises as `current`.
        """
        ...


class FindCredentials(Protocol):
    """What an adapter is given, whose URL says `credentials=…`."""

    def __call__(self, place: Place, username: str | None) -> CredentialSource:
        """The source of the credentials at `place`; the same one for the same arguments.

        Args:
            place: what the URL says.
            username: the user that the URL names, where the place tells the password alone.

        Raises:
            ConfigurationError: nothing is set up that knows the place.
        """
        ...
