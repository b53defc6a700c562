"""Lets a request in, or says why not: who asks, by which token, and with which right."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

from ...domain.errors import FleetingError, NotAuthenticated
from ...domain.principal import ANYBODY, Principal, Scope
from ...ports.audit_log import AuditLog
from ...usecases.identify import Identify
from ...usecases.refused_tokens import RefusedTokens
from ...usecases.throttle import Throttle
from .caller import Caller
from .scopes import Door, Rule

_STRANGER: Final = Principal("", frozenset(), ())


class Access:
    """Who may come in.

    Args:
        identify: knows tokens; None: there is no authentication, and everybody may do everything.
        audit: keeps every decision; None: nobody.
        throttle: counts requests; None: as many may come as will.
        refused: turns away who comes with one bad token after the other; None: nobody is.
    """

    def __init__(
        self,
        identify: Identify | None = None,
        *,
        audit: AuditLog | None = None,
        throttle: Throttle | None = None,
        refused: RefusedTokens | None = None,
    ) -> None:
        self._identify = identify
        self._audit = audit if identify is not None else None
        self._throttle = throttle
        self._refused = refused

    async def admit(self, request: Request, action: str, rule: Rule) -> None:
        """Let a request in, before anything of it has been looked at; see `caller.of`.

        Args:
            request: what came in.
            action: the operation that it is for.
            rule: what that takes.

        Raises:
            NotAuthenticated: it has no token that counts.
            Forbidden: the token does not give the scope anywhere.
            RateLimited: too many requests came from there.
            PortError: what has to be asked about the token does not answer.
        """
        caller = Caller(
            ANYBODY if self._identify is None else _STRANGER,
            request=request,
            action=action,
            rule=rule,
            audit=self._audit,
            identify=self._principal,
            throttle=self._throttle,
        )
        request.scope["state"]["caller"] = caller
        if self._identify is not None and rule is not Door.OPEN:
            try:
                caller.enter(await self._arriving(request))
            except FleetingError as exc:
                caller.trail.refused(exc)
                raise
        if self._throttle is not None:
            await caller.spend()
        caller.note_entry()

    async def has(self, request: Request, scope: Scope) -> bool:
        """Whether a request to an open door comes with a scope; it is let in either way."""
        try:
            principal = await self._arriving(request)
        except FleetingError:
            return False
        return principal.has(scope)

    async def _arriving(self, request: Request) -> Principal:
        """Who makes a request; an address may be turned away before its token is looked at."""
        if self._refused is None or self._identify is None:
            return await self._principal(request)
        token, client = token_of(request), address_of(request)
        if token is not None:
            self._refused.check(client)
        try:
            return await self._identify(token)
        except NotAuthenticated:
            # Without a token there was nothing to look at, and nobody has been asked.
            if token is not None:
                await self._refused.note(client)
            raise

    async def _principal(self, request: Request) -> Principal:
        return ANYBODY if self._identify is None else await self._identify(token_of(request))


def address_of(request: Request) -> str:
    """Where a request came from; empty: nobody knows."""
    client = request.scope.get("client")
    return str(client[0]) if client else ""


def token_of(request: Request) -> str | None:
    """What follows `Bearer ` in the header; None: there is no such header.

    RFC 6750 §2.1, more generously: of which characters a token is, the authenticator knows.

    Raises:
        NotAuthenticated: there are several, or it is of another form.
    """
    given = [value for name, value in request.scope["headers"] if name == b"authorization"]
    if not given:
        return None
    scheme, _, token = given[0].partition(b" ")
    token = token.strip(b" ")
    if len(given) > 1 or scheme.lower() != b"bearer" or not token or b" " in token:
        error = NotAuthenticated("send the token as `Authorization: Bearer <token>`, once")
        error.reason = "the header Authorization is there more than once, or is no bearer token"
        raise error
    text: str = token.decode("latin-1")
    return text
