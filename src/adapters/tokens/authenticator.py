"""Checks static tokens by a file that is read again whenever it changes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from ...domain.errors import AuthenticatorUnavailable, InvalidSetting
from ...domain.identity import Identity, no_token, refused
from ...domain.static_token import StaticToken, identity_of
from ...ports.authenticator_adapter import AuthenticatorAdapter, AuthenticatorOptions
from ...ports.health import Diagnosis
from .token_file import Stamp, TokenFile

_log: Final = logging.getLogger(__name__)

_SOON: Final = timedelta(days=7)
"""Time to hand out another token."""

_NAMED: Final = 5
"""Tokens named in one line."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class StaticTokenAuthenticator:
    """Looks at the file for every request, so that a token revoked is a token refused at once."""

    def __init__(
        self,
        file: TokenFile,
        *,
        max_token_bytes: int,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        """Check against `file`.

        Raises:
            InvalidSetting: It cannot be read.
        """
        self._file = file
        self._max_token_bytes = max_token_bytes
        self._now = now
        self._stamp: Stamp | None = None
        self._known: dict[str, StaticToken] = {}
        self._known = {token.id: token for token in file.read().tokens}

    async def authenticate(self, token: str | None) -> Identity:
        if token is None:
            raise no_token()
        if len(token) > self._max_token_bytes or not token.isascii():
            raise refused("it is too long, or holds what no token holds")
        self._follow()
        return identity_of(token, self._known, self._now())

    async def ping(self) -> None:
        """See whether the file can be read.

        Raises:
            AuthenticatorUnavailable: It cannot.
        """
        self._follow()

    async def diagnose(self) -> Sequence[Diagnosis]:
        """See who may write the file, and which tokens count no more, or soon will not.

        Raises:
            AuthenticatorUnavailable: The file cannot be read.
        """
        self._follow()
        return (self._rights(), self._lives())

    def _rights(self) -> Diagnosis:
        if self._file.is_writable_by_others():
            return Diagnosis(
                "file",
                "error",
                f"{self._file.path} can be written by others than its owner, and so tokens made: "
                f"chmod 600 {self._file.path}",
            )
        return Diagnosis("file", "ok", f"{self._file.path} is written by its owner alone")

    def _lives(self) -> Diagnosis:
        soon = self._now() + _SOON
        ending = [one for one in self._known.values() if one.expires and one.expires <= soon]
        said = f"{len(self._known)} known"
        if not ending:
            return Diagnosis("tokens", "ok", said)
        named = ", ".join(f"{one.id} of {one.subject}" for one in ending[:_NAMED])
        return Diagnosis(
            "tokens",
            "warning",
            f"{said}; {len(ending)} have expired or will within a week, such as {named}: make "
            "others, and revoke these",
        )

    def _follow(self) -> None:
        try:
            stamp = self._file.stamp()
            if stamp != self._stamp:
                self._known = {token.id: token for token in self._file.read().tokens}
                self._stamp = stamp
        except (OSError, InvalidSetting) as exc:
            if self._stamp is not None:
                _log.error("the file of static tokens cannot be used: %s", exc)
            # What it said before counts no more: somebody may have wanted to revoke a token.
            self._stamp = None
            raise AuthenticatorUnavailable(
                f"the file of static tokens cannot be used: {exc}"
            ) from None


def make(options: AuthenticatorOptions) -> AuthenticatorAdapter:
    """Entry point `tokens` of `fleeting.authenticator`.

    Raises:
        InvalidSetting: no file is set, or it cannot be read.
    """
    if not options.tokens_file:
        raise InvalidSetting(
            "FLEETING_AUTH=tokens needs FLEETING_AUTH_TOKENS_FILE: set it, and make tokens with "
            "`fleeting token create`"
        )
    authenticator = StaticTokenAuthenticator(
        TokenFile(options.tokens_file), max_token_bytes=options.max_token_bytes
    )
    return AuthenticatorAdapter(authenticator=authenticator, health=authenticator)
