"""Who makes a request: what their rights say is asked here, counted and told to the record."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated

from fastapi import Depends, Header
from starlette.requests import Request

from ...domain.errors import FleetingError, Forbidden, NotAuthenticated
from ...domain.principal import Principal, Scope
from ...domain.rate import check_standing
from ...domain.result_key import NAMESPACE_PATTERN, Address
from ...ports.audit_log import AuditLog
from ...usecases.throttle import Throttle
from .audit_trail import AuditTrail
from .rate_limits import class_of, note_standing
from .rights import HEADER, Rights
from .scopes import Door, Rule


class Caller:
    """A principal making one request; every operation on a task or function asks it once."""

    __slots__ = ("_identify", "_request", "_rights", "_rule", "_seen", "_throttle", "trail")

    def __init__(
        self,
        principal: Principal,
        *,
        request: Request,
        action: str,
        rule: Rule,
        audit: AuditLog | None,
        identify: Callable[[Request], Awaitable[Principal]],
        throttle: Throttle | None = None,
    ) -> None:
        self._rights = Rights(principal, rule=rule, named=request.headers.get(HEADER, ""))
        self.trail = AuditTrail(audit, rights=self._rights, request=request, action=action)
        self._request = request
        self._rule = rule
        self._identify = identify
        self._throttle = throttle
        self._seen = ""

    @property
    def subject(self) -> str:
        """Who it is; empty: nobody knows."""
        return self._rights.principal.subject

    @property
    def namespace(self) -> str:
        """The namespace that the request is about; raises as `Rights.namespace`."""
        try:
            return self._rights.namespace
        except Forbidden as exc:
            self.trail.refused(exc)
            raise

    def enter(self, principal: Principal) -> None:
        """Be let in as a principal; what the call is about is decided later.

        Raises:
            Forbidden: the token does not give the scope anywhere.
        """
        self._rights.principal = principal
        self._rights.enter()

    def note_entry(self) -> None:
        """Record that the caller is in, where nothing else will be decided."""
        if self._rule in (Door.TOKEN, Scope.ADMIN):
            self.trail.allowed()

    async def spend(self, cost: int = 1, *, paid: int = 0) -> None:
        """Count the request against the limit of whoever makes it.

        Args:
            cost: how much it counts.
            paid: what of it was counted before.

        Raises:
            RateLimited: they have to wait.
            BatchTooLarge: the limit never lets through so much at once.
            PortError: nobody knows, and nobody may pass uncounted.
        """
        kind = class_of(self._rule)
        if self._throttle is None or kind is None or not self._throttle.limits(kind):
            return
        try:
            standing = await self._throttle(
                kind, self._rights.account(), self.subject, cost=cost, paid=paid
            )
            if standing is not None:
                note_standing(self._request, standing)
                check_standing(standing, kind)
        except FleetingError as exc:
            self.trail.refused(exc)
            raise

    def check(self, functions: Iterable[str]) -> None:
        """Return if the call is allowed for all these functions.

        Raises:
            Forbidden: it is not for one of them, in this namespace.
        """
        _ = self.namespace
        for function in functions:
            try:
                self._rights.check(function)
            except Forbidden as exc:
                self.trail.refused(exc, functions=(function,))
                raise

    def require(self, function: str) -> str:
        """The namespace to look for a function in.

        Raises:
            Forbidden: the call is not allowed for that function.
        """
        self.check((function,))
        self._seen = function
        self.trail.allowed(functions=(function,))
        return self.namespace

    def place(self, key: str) -> Address:
        """Where to look for a task: where nothing is, if it may not be touched."""
        named = Address(self.namespace, key)
        found = self._rights.place(named)
        if found is named:
            self._seen = named.function
            self.trail.allowed(keys=(key,))
        else:
            self.trail.hidden(key)
        return found

    def enter_namespace(self) -> str:
        """The namespace to look around in; `sees` tells what may be seen of it.

        Raises:
            Forbidden: nothing may be seen there.
        """
        _ = self.namespace
        try:
            found = self._rights.enter_namespace()
        except Forbidden as exc:
            self.trail.refused(exc)
            raise
        self.trail.allowed()
        return found

    def sees(self, function: str) -> bool:
        """Whether a function may be seen in a list."""
        return self._rights.sees(function)

    async def renew(self) -> None:
        """Look again whether the function may be seen that the request is about.

        Raises:
            NotAuthenticated: the token has expired, or counts no more.
            Forbidden: the rights have changed.
            PortError: what has to be asked about the token does not answer.
        """
        try:
            self._rights.principal = await self._identify(self._request)
        except NotAuthenticated as exc:
            self.trail.refused(exc)
            raise
        self.check((self._seen,))


def of(request: Request) -> Caller:
    """Who makes a request that has been let in."""
    caller: Caller = request.scope["state"]["caller"]
    return caller


async def _caller(
    request: Request,
    x_fleeting_namespace: Annotated[  # noqa: ARG001 - the caller reads it; here it is documented
        str,
        Header(
            description="The tenant's own space of keys, lists and limits; left out: the only one "
            "that the token is for, else the default one. 1 to 63 lower-case letters, digits and "
            "inner hyphens.",
            examples=["team-a"],
            json_schema_extra={"pattern": f"^({NAMESPACE_PATTERN})?$"},
        ),
    ] = "",
) -> Caller:
    caller = of(request)
    # Before any other parameter is found wrong: a stranger to the namespace learns that first.
    _ = caller.namespace
    return caller


Asking = Annotated[Caller, Depends(_caller)]
"""Who makes the request, in a namespace that has been checked."""
