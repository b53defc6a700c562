"""The token that this process speaks with: got when it is first needed, kept alive in the
background, replaced when it ends or is revoked.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, RLock, Thread
from typing import Final

from ...domain.errors import PortError, SecretForbidden, SecretsUnavailable
from .faults import VENDOR_ERRORS, is_refusal, said, translated
from .forks import in_children
from .logins.login import Login
from .token import Token, login_pause
from .transport import Transport

_log: Final = logging.getLogger(__name__)
# A command that keeps no log says the error once, without this line before it.
_log.addHandler(logging.NullHandler())

_AWAY: Final = 1.0
"""Seconds in which nobody asks a server again that was away a moment ago: many threads that need a
token would otherwise wait for it one after the other."""

_AGAIN: Final = 5.0
"""Seconds between attempts in the background while the server is away."""

_PARTING: Final = 2.0
"""Seconds that a renewal under way gets when the process ends."""

_IDLE: Final = 3600.0
"""Seconds to sleep where nothing is due: a token that does not end."""

_YOUNG: Final = 30.0
"""Seconds in which a token is not replaced on suspicion alone."""


@dataclass(frozen=True, slots=True)
class _Held:
    token: Token
    stamp: object
    """The proof that it was got with."""
    can_look_itself_up: bool
    """Whether a refused look-up means that it is none any more."""
    since: float


@dataclass(frozen=True, slots=True)
class _Failure:
    error: PortError
    stamp: object
    until: float


class VaultSession:
    """Tokens of one process; safe to use from several threads."""

    def __init__(
        self,
        transport: Transport,
        login: Login,
        *,
        now: Callable[[], float] = time.monotonic,
        draw: Callable[[], float] = random.random,
        in_background: bool = True,
    ) -> None:
        """Hold nothing yet.

        Args:
            transport: carries the calls.
            login: how to get a token.
            now: the time in seconds, which never goes back.
            draw: a random number in [0, 1).
            in_background: whether a thread calls `freshen` when that is due.
        """
        self._transport, self._login, self._now, self._draw = transport, login, now, draw
        self._in_background = in_background
        self._held: _Held | None = None
        self._failure: _Failure | None = None
        self._refusals = 0
        self._due = 0.0
        self._renew_threading()
        in_children(self._renew_threading)

    def token(self) -> Token:
        """A token that should be good; logs in if there is none.

        Raises:
            SecretForbidden: the login is refused.
            SecretsUnavailable: the server is away, or there is nothing to log in with.
        """
        held = self._held
        if held is None or self._lacks_thread or not self._is_good(held):
            with self._lock:
                held = self._held
                if held is None or not self._is_good(held):
                    held = self._log_in()
                elif self._lacks_thread:
                    self._hold(held)
        return held.token

    def replaced(self, refused: Token) -> Token | None:
        """Another token in place of one that a call was refused with.

        None if it is good, or was got just before: then it is a policy that refuses.

        Raises:
            PortError: as `token` does.
        """
        with self._lock:
            held = self._held
            if held is None or held.token.text != refused.text:
                return self.token()
            if not self._is_suspect(held):
                return None
            _log.warning("%s does not take the token any more: logging in anew", self._transport)
            return self._log_in().token

    def close(self) -> None:
        """Stop renewing, and revoke the token if it is this process's own."""
        self._closed.set()
        self._wake.set()
        if self._thread is not None and self._thread.is_alive():
            self._thread.join(_PARTING)
        with self._lock:
            held, self._held = self._held, None
        if held is not None and self._login.owns_tokens:
            self._revoke(held.token)

    def _renew_threading(self) -> None:
        """Begin without a thread: a child process has none of its parent's, but its token."""
        self._lock = RLock()
        self._wake, self._closed = Event(), Event()
        self._thread: Thread | None = None

    @property
    def _lacks_thread(self) -> bool:
        return self._in_background and self._thread is None

    def _is_good(self, held: _Held) -> bool:
        if self._login.follows_stamp and held.stamp != self._login.stamp():
            return False
        return not held.token.has_ended(self._now())

    def _is_suspect(self, held: _Held) -> bool:
        if held.can_look_itself_up:
            return not self._looks_itself_up(held.token)
        return self._now() - held.since > _YOUNG

    def _looks_itself_up(self, token: Token) -> bool:
        try:
            self._transport.send("GET", "auth/token/lookup-self", token=token.text)
        except VENDOR_ERRORS as exc:
            if is_refusal(exc):
                return False
            raise translated(exc, str(self._transport), "to look up a token") from exc
        return True

    def _log_in(self) -> _Held:
        """Log in, unless that failed a moment ago and nothing speaks for another attempt."""
        stamp = self._login.stamp()
        failure = self._failure
        if failure is not None and self._now() < failure.until and failure.stamp == stamp:
            raise type(failure.error)(*failure.error.args)
        try:
            held = self._held_anew(stamp)
        except PortError as exc:
            self._held = None
            self._note(exc, stamp)
            raise
        self._failure, self._refusals = None, 0
        self._hold(held)
        return held

    def _held_anew(self, stamp: object) -> _Held:
        since = self._now()
        try:
            answer = self._login.log_in(self._transport)
        except VENDOR_ERRORS as exc:
            raise self._refused(exc) from None
        token = Token.of(answer.auth, since=since)
        return _Held(token, stamp, self._looks_itself_up(token), since)

    def _refused(self, error: Exception) -> PortError:
        found = translated(error, str(self._transport), "the login")
        if isinstance(found, SecretsUnavailable):
            return found
        return SecretForbidden(
            f"{self._transport} refuses the login: {said(error) or 'no reason given'}. See that "
            "role and proof are right and have not expired; after five refusals Vault may refuse "
            "this role for 15 minutes"
        )

    def _note(self, error: PortError, stamp: object) -> None:
        pause = _AWAY
        if isinstance(error, SecretForbidden):
            self._refusals += 1
            pause = login_pause(self._refusals).total_seconds()
        self._failure = _Failure(error, stamp, self._now() + pause)
        _log.warning("no token from %s: %s", self._transport, error.message)

    def _hold(self, held: _Held) -> None:
        self._held = held
        self._due = held.token.due(self._draw()) if held.token.ends else self._now() + _IDLE
        self._wake.set()
        if self._lacks_thread:
            self._thread = Thread(target=self._keep, name="fleeting-vault", daemon=True)
            self._thread.start()

    def _keep(self) -> None:
        while not self._closed.is_set():
            self._wake.wait(max(0.0, self._due - self._now()))
            self._wake.clear()
            if not self._closed.is_set() and self._now() >= self._due:
                self.freshen()

    def freshen(self) -> None:
        """Renew the token, or log in where that is of no use; what fails is tried again."""
        with self._lock, suppress(PortError):
            self._due = self._now() + _AGAIN
            self._freshen()

    def _freshen(self) -> None:
        held = self._held
        if held is None or held.token.has_ended(self._now()) or not held.token.renewable:
            self._log_in()
        elif held.token.ends:
            renewed = self._renewed(held.token)
            if renewed is None or renewed.is_ending:
                self._log_in()
            else:
                self._hold(_Held(renewed, held.stamp, held.can_look_itself_up, held.since))

    def _renewed(self, token: Token) -> Token | None:
        """The token with a longer life; None if it cannot have one."""
        since = self._now()
        try:
            answer = self._transport.send(
                "POST", "auth/token/renew-self", token=token.text, body={}
            )
        except VENDOR_ERRORS as exc:
            found = translated(exc, str(self._transport), "to renew a token")
            if not isinstance(found, SecretsUnavailable):
                return None
            _log.warning("the token is not renewed yet: %s", found.message)
            raise found from exc
        return token.renewed(answer.auth, since=since)

    def _revoke(self, token: Token) -> None:
        try:
            self._transport.send(
                "POST", "auth/token/revoke-self", token=token.text, is_repeatable=False
            )
        except VENDOR_ERRORS:
            _log.info("the token of %s is left to end by itself", self._transport)
