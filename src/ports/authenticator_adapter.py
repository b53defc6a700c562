"""What one installed authenticator offers, and what its factory is told.

A package registers a factory under the entry-point group `fleeting.authenticator`; the entry's
name is what FLEETING_AUTH is set to. Making one connects to nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, Protocol

from ..domain.claims import ClaimNames
from .authenticator import Authenticator
from .bundles import nothing_async
from .health import SupportsPing

TokenType = Literal["if-present", "required", "jwt"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticatorAdapter:
    """One way to check tokens."""

    authenticator: Authenticator
    health: SupportsPing
    aclose: Callable[[], Awaitable[None]] = nothing_async


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticatorOptions:
    """What every factory is told: the settings of authentication, whichever of them it needs."""

    issuer: str = ""
    audiences: frozenset[str] = frozenset()
    """A token must name at least one of them."""
    clients: frozenset[str] = frozenset()
    """The only clients that tokens may have been issued to; empty: any."""
    claims: ClaimNames = field(default_factory=ClaimNames)
    leeway: timedelta = timedelta(seconds=30)
    """How far the issuer's clock may be off."""
    max_token_bytes: int = 16 * 1024
    algorithms: frozenset[str] = frozenset()
    """Of signatures; asymmetric ones only."""
    token_type: TokenType = "if-present"  # noqa: S105 - a rule, no token
    """What the header `typ` must say."""
    jwks_url: str = ""
    """Empty: the issuer's discovery document says it."""
    keys_refresh: timedelta = timedelta(minutes=5)
    """Keys older than that are fetched again."""
    keys_floor: timedelta = timedelta(seconds=10)
    """Keys are asked for at most once in that time, whatever tokens come."""
    keys_grace: timedelta = timedelta(hours=1)
    """Keys are used for that long after the last answer of an issuer that is away."""
    introspection_url: str = ""
    """Empty: the issuer's discovery document says it."""
    introspection_memory: timedelta = timedelta(seconds=10)
    """How long an answer about a token is relied on."""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    ca_file: str = ""
    """Certificates that the issuer's is checked against; empty: those of the system."""
    tokens_file: str = ""
    """File of static tokens."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """For authenticators of third parties, as FLEETING_AUTH_OPTIONS has it."""


class AuthenticatorFactory(Protocol):
    """Entry-point group `fleeting.authenticator`."""

    def __call__(self, options: AuthenticatorOptions) -> AuthenticatorAdapter:
        """Make the authenticator.

        Raises:
            InvalidSetting: a setting that it needs is missing, or cannot be.
            MissingExtra: a package that it needs is not installed.
        """
        ...
