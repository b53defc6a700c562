"""What every `CredentialSource` must do."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from ..ports.credentials import CredentialSource
from .contract import Contract

Replace = Callable[[], None]
"""Has others take the place of the credentials that are given."""

_THREADS: Final = 8


class CredentialSourceContract(Contract):
    """The contract of `ports.credentials.CredentialSource`.

    Fixtures to supply:
        credentials: a `CredentialSource` that has some to give.
        replace: a `Replace`; the server knows none but the others then, and what was given before
            is old enough to be dropped.
    """

    def test_the_same_are_given_again(self, credentials: CredentialSource) -> None:
        """All connections have one user."""
        assert credentials.current() == credentials.current()

    def test_all_threads_are_given_the_same(self, credentials: CredentialSource) -> None:
        """Also where many connections are made at once, first of all."""
        with ThreadPoolExecutor(_THREADS) as pool:
            given = list(pool.map(lambda _: credentials.current(), range(_THREADS)))

        assert all(each == given[0] for each in given)

    def test_what_was_refused_makes_way_for_others(
        self, credentials: CredentialSource, replace: Replace
    ) -> None:
        """The next connection tries those that the server knows."""
        old = credentials.current()
        replace()

        credentials.refused(old)

        assert credentials.current() != old

    def test_a_late_refusal_changes_nothing(
        self, credentials: CredentialSource, replace: Replace
    ) -> None:
        """Connections that are refused together do not undo each other's replacement."""
        old = credentials.current()
        replace()
        credentials.refused(old)
        valid = credentials.current()

        credentials.refused(old)

        assert credentials.current() == valid

    def test_no_text_form_shows_the_password(self, credentials: CredentialSource) -> None:
        """Neither that of the source nor that of what it gives."""
        given = credentials.current()

        assert given.password not in f"{given!r} {given} {credentials!r}"
