"""Which claims a token must have to count: issuer, audience, times (RFC 7519 §4.1, RFC 9068 §4)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from joserfc.errors import ClaimError, ExpiredTokenError, MissingClaimError
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry

from ...domain.identity import refused
from ...ports.authenticator_adapter import AuthenticatorOptions

_WRONG: Final = {
    "iss": "it was issued by another issuer",
    "aud": "it is meant for another audience",
    "nbf": "it is not valid yet",
    "iat": "it says that it was issued in the future",
    "exp": "its expiry is no time",
}

_FOREVER: Final = 1e12
"""Thirty thousand years: integers of JSON can be too large for a float."""


class ClaimRules:
    """The rules of one installation.

    Args:
        options: What the settings say.
        demands_all: Whether issuer, audience and expiry have to be there: in a signed token they
            do, while a provider that was asked about a token has looked at them itself.
        now: Seconds since 1970.
    """

    def __init__(
        self,
        options: AuthenticatorOptions,
        *,
        demands_all: bool = True,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._now = now
        self._leeway = options.leeway.total_seconds()
        rules: dict[str, ClaimsOption] = {"exp": {"essential": demands_all}}
        if options.issuer:
            rules["iss"] = {"essential": demands_all, "value": options.issuer}
        if options.audiences:
            # Who sets an audience means it, whoever looks at the token.
            rules["aud"] = {"essential": True, "values": sorted(options.audiences)}
        self._registry = JWTClaimsRegistry(
            now=lambda: int(self._now()), leeway=int(self._leeway), **rules
        )

    def check(self, claims: dict[str, Any]) -> None:
        """Refuse claims that do not count, or not yet, or not any more.

        Raises:
            NotAuthenticated: One is missing, of another type than it must be, or wrong.
        """
        try:
            self._registry.validate(claims)
        except ExpiredTokenError:
            raise refused("it has expired") from None
        except MissingClaimError as exc:
            raise refused(f"the claim {exc.claim} is missing") from None
        except ClaimError as exc:
            raise refused(_WRONG.get(exc.claim, f"the claim {exc.claim} is wrong")) from None

    def until(self, claims: dict[str, Any]) -> float:
        """When claims that count will count no more, in seconds since 1970."""
        return float(min(claims.get("exp", _FOREVER), _FOREVER)) + self._leeway
