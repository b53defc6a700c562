"""Who a token speaks for, before any rule of this installation has been asked."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import NotAuthenticated


@dataclass(frozen=True, slots=True)
class Identity:
    """What an authenticator vouches for; what it allows is decided by the policy.

    The token and its other claims are kept out, so that they cannot reach a log by way of it.
    """

    subject: str
    """Who asks: never empty, and the same for every token of one user or program."""

    scopes: frozenset[str] = frozenset()
    """Scopes of the token as the issuer writes them, also such as mean nothing here."""

    groups: frozenset[str] = frozenset()
    """Groups of the subject as the issuer writes them, often distinguished names."""


def no_token() -> NotAuthenticated:
    """The error for a request without a token."""
    error = NotAuthenticated("a token is needed: send the header Authorization: Bearer <token>")
    error.reason = "no token"
    return error


def refused(reason: str) -> NotAuthenticated:
    """The error for a token that does not count.

    Its message is always the same: what exactly is wrong would help who forges tokens, while
    whoever has an honest one can only get a fresh one anyway (RFC 6750 §3.1, `invalid_token`).

    Args:
        reason: What was wrong, for the log and the audit; never the token or a part of it.
    """
    error = NotAuthenticated(
        "the token has expired, or is not valid here for another reason: get a fresh one"
    )
    error.reason = reason
    return error
