"""The credentials of this process that change: found by what a URL says, kept, given back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Event, Thread
from typing import Final

from ..adapters.system.clock import SystemClock
from ..adapters.system.password_file import PasswordFile
from ..domain.credentials import Credentials, Origin, Place
from ..domain.errors import InvalidSetting
from ..ports.bundles import SecretSourceAdapter
from ..ports.credentials import CredentialSource, FindCredentials
from ..usecases.leased_credentials import LeasedCredentials
from ..usecases.stored_credentials import StoredCredentials
from . import secret_sources
from .settings import Settings

_GIVE_BACK_SECONDS: Final = 1.0
"""How long the end of a process may be held up by that; leases end by themselves, too."""


class _Kept:
    """A leased user with the thread that keeps it; a forked process leases one of its own."""

    def __init__(self, make: Callable[[], LeasedCredentials]) -> None:
        self._make = make
        self._own: dict[int, LeasedCredentials] = {}
        self._stopped = Event()

    def current(self) -> Credentials:
        return self._mine().current()

    def refused(self, credentials: Credentials) -> None:
        self._mine().refused(credentials)

    def close(self) -> None:
        self._stopped.set()
        self._mine().close()

    def _mine(self) -> LeasedCredentials:
        mine = self._own.get(os.getpid())
        if mine is not None:
            return mine
        made = self._make()
        mine = self._own.setdefault(os.getpid(), made)
        if mine is made:
            name = "fleeting-credentials"
            Thread(target=self._keep, args=(mine,), name=name, daemon=True).start()
        return mine

    def _keep(self, mine: LeasedCredentials) -> None:
        pause = 0.0
        while not self._stopped.wait(pause):
            pause = mine.keep().total_seconds()


class Wallet:
    """Finds credentials: the same source for the same place, whoever asks in this process."""

    def __init__(self, secrets: Callable[[], SecretSourceAdapter | None]) -> None:
        self._secrets = secrets
        self._found: dict[tuple[Place, str | None], CredentialSource] = {}

    def find(self, place: Place, username: str | None) -> CredentialSource:
        """`FindCredentials`.

        Raises:
            InvalidSetting: the place is one of a source of secrets, and none is set up.
        """
        known = self._found.get((place, username))
        return known or self._found.setdefault((place, username), self._make(place, username))

    def close(self) -> None:
        """Give back what is leased."""
        for source in self._found.values():
            if isinstance(source, _Kept):
                source.close()
        self._found.clear()

    def _make(self, place: Place, username: str | None) -> CredentialSource:
        if place.origin is Origin.FILE:
            return PasswordFile(place.path, username)
        adapter = self._secrets()
        if adapter is None:
            raise InvalidSetting(
                f"credentials={place.origin}:… in a URL needs a source of secrets: set "
                "FLEETING_SECRETS, and how to log in to it"
            )
        if place.origin is Origin.SECRET:
            return StoredCredentials(adapter.source, place.path, username=username)
        if adapter.leases is None:
            raise InvalidSetting(
                "credentials=lease:… in a URL needs a source that makes credentials, as Vault "
                "does: FLEETING_SECRETS names one that only keeps them"
            )
        leases = adapter.leases
        return _Kept(lambda: LeasedCredentials(leases, place.path, clock=SystemClock()))


_wallets: Final[dict[str, Wallet]] = {}
"""One for each source of secrets, because a process may compose its objects more than once."""


def finder(settings: Settings) -> FindCredentials:
    """What stores and queue are told, so that they find what `credentials=` in a URL means."""
    if settings.secrets not in _wallets:
        _wallets[settings.secrets] = Wallet(partial(secret_sources.make, settings))
    return _wallets[settings.secrets].find


@contextmanager
def given_back() -> Iterator[None]:
    """At the end, give back all that is leased and log out, unless that takes long."""
    try:
        yield
    finally:
        closing = Thread(target=_close_all, name="fleeting-give-back", daemon=True)
        closing.start()
        closing.join(_GIVE_BACK_SECONDS)


def _close_all() -> None:
    while _wallets:
        _wallets.popitem()[1].close()
    secret_sources.close_all()
