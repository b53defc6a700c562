"""What is kept of the decisions on a request: a refusal when it is made, a permission when used."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from starlette.requests import Request

from ...domain.audit import AuditEvent, Outcome
from ...domain.errors import (
    BatchTooLarge,
    FleetingError,
    NotAuthenticated,
    QuotaExceeded,
    RateLimited,
)
from ...ports.audit_log import AuditLog
from .rights import LONGEST_FUNCTION, Rights

_LONGEST_KEY: Final = len(f"{'f' * LONGEST_FUNCTION}_1763683200000_0123456789abcdef")

_LIMITED: Final = (BatchTooLarge, QuotaExceeded, RateLimited)
"""Errors of calls that are allowed in themselves."""


class AuditTrail:
    """Tells the audit log of one request.

    Args:
        audit: keeps what is decided; None: nobody does.
        rights: whose decisions these are.
        request: what they are about.
        action: the operation that it is for.
    """

    __slots__ = ("_action", "_audit", "_request", "_rights")

    def __init__(
        self, audit: AuditLog | None, *, rights: Rights, request: Request, action: str
    ) -> None:
        self._audit = audit
        self._rights = rights
        self._request = request
        self._action = action

    def allowed(
        self, *, functions: Iterable[str] = (), keys: Iterable[str] = (), reason: str = ""
    ) -> None:
        """Record that the call was allowed; a reason says why it came to nothing all the same."""
        self._record("allowed", reason, functions, keys)

    def refused(self, error: FleetingError, *, functions: Iterable[str] = ()) -> None:
        """Record that the call is refused, with what only an operator may know of why."""
        own = error.reason if isinstance(error, NotAuthenticated) else None
        outcome: Outcome = "limited" if isinstance(error, _LIMITED) else "denied"
        self._record(outcome, own or error.message, functions)

    def hidden(self, key: str) -> None:
        """Record that a task was answered for as if it were not there."""
        self._record("denied", "outside the grants: answered as not there", keys=(key,))

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
                subject=self._rights.principal.subject,
                namespace=self._rights.known_namespace,
                # As they came, and so as long as a body or a path may be.
                functions=tuple([name[:LONGEST_FUNCTION] for name in functions]),
                keys=tuple([key[:_LONGEST_KEY] for key in keys]),
                request_id=self._request.state.request_id,
                client=client[0] if client else "",
            )
        )
