"""Who makes a request: where they are, what they may do and see by it, and the record of that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated, Final

from fastapi import Depends, Header
from starlette.requests import Request

from ...domain.audit import AuditEvent, Outcome
from ...domain.errors import (
    BatchTooLarge,
    FleetingError,
    Forbidden,
    InvalidQuery,
    InvalidTask,
    NotAuthenticated,
    QuotaExceeded,
    RateLimited,
)
from ...domain.principal import NOWHERE, Principal, Scope
from ...domain.rate import check_standing
from ...domain.result_key import NAMESPACE_PATTERN, Address, check_namespace
from ...ports.audit_log import AuditLog
from ...usecases.throttle import Throttle
from .rate_limits import class_of, note_standing
from .scopes import Door, Rule

HEADER: Final = "X-Fleeting-Namespace"

LONGEST_FUNCTION: Final = 128
LONGEST_KEY: Final = len(f"{'f' * LONGEST_FUNCTION}_1763683200000_0123456789abcdef")

_LIMITED: Final = (BatchTooLarge, QuotaExceeded, RateLimited)
"""Errors of calls that are allowed in themselves."""


class Caller:
    """A principal making one request; every operation on a task or function asks it once.

    Each decision goes to the audit log, if there is one: a refusal when it is made, a permission
    when it is used.
    """

    __slots__ = (
        "_action",
        "_audit",
        "_identify",
        "_namespace",
        "_request",
        "_rule",
        "_seen",
        "_throttle",
        "principal",
    )

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
        self.principal = principal
        self._request = request
        self._action = action
        self._rule = rule
        self._audit = audit
        self._identify = identify
        self._throttle = throttle
        self._namespace: str | None = None
        self._seen = ""

    @property
    def namespace(self) -> str:
        """The namespace that the request is about: the one it names, else the principal's only one.

        Raises:
            InvalidQuery: the header names none.
            Forbidden: the principal has several, and the default one is not among them.
        """
        if self._namespace is None:
            self._namespace = self._named() or self._own()
        return self._namespace

    def enter(self) -> None:
        """Be let in by the scope alone; what the call is about is decided later.

        Raises:
            Forbidden: the token does not give the scope anywhere.
        """
        if isinstance(self._rule, Scope):
            if not self.principal.has(self._rule):
                error = Forbidden(f"your token does not give the scope {self._rule}")
                error.scope = self._rule
                raise error
        elif not self.principal.scopes:
            raise Forbidden("your token gives no scope of fleeting")

    def note_entry(self) -> None:
        """Record that the caller is in, where nothing else will be decided."""
        if self._rule in (Door.TOKEN, Scope.ADMIN):
            self.note()

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
                kind, self._account(), self.principal.subject, cost=cost, paid=paid
            )
            if standing is not None:
                note_standing(self._request, standing)
                check_standing(standing, kind)
        except FleetingError as exc:
            self.refuse(exc)
            raise

    def check(self, functions: Iterable[str]) -> None:
        """Return if the call is allowed for all these functions.

        Raises:
            Forbidden: it is not for one of them, in this namespace.
        """
        scope, namespace = self._scope, self.namespace
        for function in functions:
            if not self.principal.may(scope, namespace=namespace, function=function):
                where = f"namespace {namespace}" if namespace else "the default namespace"
                shown = function[:LONGEST_FUNCTION]
                error = Forbidden(
                    f"your token does not give {scope} for function {shown!r} in {where}"
                )
                self.refuse(error, functions=(shown,))
                raise error

    def require(self, function: str) -> str:
        """The namespace to look for a function in.

        Raises:
            Forbidden: the call is not allowed for that function.
        """
        self.check((function,))
        self._seen = function
        self.note(functions=(function,))
        return self.namespace

    def place(self, key: str) -> Address:
        """Where to look for a task: where nothing is, if it may not be touched."""
        named = Address(self.namespace, key)
        found = self.principal.place(self._scope, named)
        if found is named:
            self._seen = named.function
            self.note(keys=(key,))
        else:
            self._record("denied", "outside the grants: answered as not there", keys=(key,))
        return found

    def enter_namespace(self) -> str:
        """The namespace to look around in; `sees` tells what may be seen of it.

        Raises:
            Forbidden: nothing may be seen there.
        """
        scope, namespace = self._scope, self.namespace
        if not self.principal.enters(scope, namespace):
            error = Forbidden(f"your token does not give {scope} in namespace {namespace}")
            self.refuse(error)
            raise error
        self.note()
        return namespace

    def sees(self, function: str) -> bool:
        """Whether a function may be seen in a list."""
        return self.principal.may(self._scope, namespace=self.namespace, function=function)

    async def renew(self) -> None:
        """Look again whether the function may be seen that the request is about.

        Raises:
            NotAuthenticated: the token has expired, or counts no more.
            Forbidden: the rights have changed.
            PortError: what has to be asked about the token does not answer.
        """
        try:
            self.principal = await self._identify(self._request)
        except NotAuthenticated as exc:
            self.refuse(exc)
            raise
        self.check((self._seen,))

    def note(
        self, *, functions: Iterable[str] = (), keys: Iterable[str] = (), reason: str = ""
    ) -> None:
        """Record that the call was allowed; a reason says why it came to nothing all the same."""
        if self._audit is not None:
            self._record("allowed", reason, functions, keys)

    def refuse(self, error: FleetingError, *, functions: Iterable[str] = ()) -> None:
        """Record that the call is refused, with what only an operator may know of why."""
        own = error.reason if isinstance(error, NotAuthenticated) else None
        outcome: Outcome = "limited" if isinstance(error, _LIMITED) else "denied"
        self._record(outcome, own or error.message, functions)

    def _record(
        self,
        outcome: Outcome,
        reason: str,
        functions: Iterable[str] = (),
        keys: Iterable[str] = (),
    ) -> None:
        if self._audit is None:
            return
        client = self._request.scope.get("client")
        self._audit.record(
            AuditEvent(
                action=self._action,
                outcome=outcome,
                reason=reason,
                subject=self.principal.subject,
                namespace=self._namespace or "",
                # As they came, and so as long as a body or a path may be.
                functions=tuple([name[:LONGEST_FUNCTION] for name in functions]),
                keys=tuple([key[:LONGEST_KEY] for key in keys]),
                request_id=self._request.state.request_id,
                client=client[0] if client else "",
            )
        )

    @property
    def _scope(self) -> Scope:
        if not isinstance(self._rule, Scope):
            raise TypeError(f"{self._action} takes no scope, so nothing can be decided by one")
        return self._rule

    def _account(self) -> str:
        """The namespace that the request counts in; one for all that may not be entered.

        Else a caller could name another one each time, and never meet a limit.
        """
        if not isinstance(self._rule, Scope):
            return ""
        try:
            name = self._named() or self.principal.only_namespace or ""
        except InvalidQuery:
            return NOWHERE
        return name if self.principal.enters(self._rule, name) else NOWHERE

    def _named(self) -> str:
        name = self._request.headers.get(HEADER, "")
        try:
            return check_namespace(name)
        except InvalidTask as exc:
            raise InvalidQuery(f"{HEADER}: {exc.message}") from None

    def _own(self) -> str:
        only = self.principal.only_namespace
        if only is None and not self.principal.enters(self._scope, ""):
            error = Forbidden(
                f"your token is for several namespaces: name one with the header {HEADER}, "
                "or --namespace on the command line"
            )
            self.refuse(error)
            raise error
        return only or ""


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
