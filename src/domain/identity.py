"""Who a token speaks for, before any rule of this installation has been asked."""

from __future__ import annotations

from dataclasses import dataclass


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
