"""A signed token (JWS compact, RFC 7515): taken apart, and its signature checked by joserfc.

Everything here is given to it by strangers, so whatever fails is a refusal.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, Final, cast

from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwa import JWSAlgModel
from joserfc.jws import CompactSignature, JWSRegistry

from ...domain.identity import refused
from ...ports.authenticator_adapter import TokenType
from .key_ring import KeyRing, PublicKey

_BROKEN: Final = (JoseError, ValueError, TypeError, AttributeError, LookupError, RecursionError)
"""What joserfc and json raise for texts that are no token; RecursionError for deep nesting."""

_ACCESS: Final = frozenset({"at+jwt", "application/at+jwt"})
"""Types of access tokens (RFC 9068 §2.1), in lower case."""

_TYPES: Final[dict[TokenType, frozenset[str | None]]] = {
    "required": frozenset(_ACCESS),
    "if-present": _ACCESS | {None},
    "jwt": _ACCESS | {None, "jwt", "application/jwt"},
}


class Algorithms(JWSRegistry):
    """The algorithms of joserfc that are allowed here, and no header that has to be understood."""

    # Beside the algorithm a header may hold a certificate chain; the token as a whole has a bound.
    max_header_length = 48 * 1024
    max_payload_length = 48 * 1024

    def __init__(self, names: Collection[str]) -> None:
        # Unknown members of a header are ignored, as RFC 7515 §4 demands: PingFederate adds some.
        super().__init__(algorithms=names, strict_check_header=False)

    def get_alg(self, name: str) -> JWSAlgModel:
        """The algorithm, if it is allowed; the parent takes HS256 where nothing is listed."""
        if name not in (self.allowed or ()):
            raise UnsupportedAlgorithmError
        return self.algorithms[name]


class SignedToken:
    """A token that has the form of one; nothing in it counts until its signature was checked."""

    def __init__(self, parts: CompactSignature, algorithms: Algorithms) -> None:
        self._parts = parts
        self._algorithms = algorithms
        self._algorithm = algorithms.get_alg(parts.headers()["alg"])

    @classmethod
    def read(cls, token: str, algorithms: Algorithms, token_type: TokenType) -> SignedToken:
        """Take a token apart.

        Raises:
            NotAuthenticated: It is none, its algorithm is not allowed, or its type is another.
        """
        try:
            parts = jws.extract_compact(token.encode("ascii"), None, algorithms)
            header = parts.headers()
            algorithms.check_header(header)
        except _BROKEN:
            raise refused("it has not the form of a signed token") from None
        try:
            found = cls(parts, algorithms)
        except UnsupportedAlgorithmError:
            raise refused("its algorithm is not allowed") from None
        if "crit" in header or "b64" in header:
            raise refused("its header demands an extension")
        named = header.get("typ")
        if (named.lower() if named is not None else None) not in _TYPES[token_type]:
            raise refused("its header says that it is no access token")
        return found

    @property
    def kid(self) -> str | None:
        """The id of the key that it says it was signed with."""
        return cast("str | None", self._parts.headers().get("kid"))

    def is_issued_by(self, issuer: str) -> bool:
        """Whether it says so itself: a reason to refuse it, none to trust it."""
        return self.claims().get("iss") == issuer

    def is_signed_by(self, ring: KeyRing) -> bool:
        """Whether one of the keys that fit has made its signature."""
        return any(self._is_signed_with(key) for key in ring.fitting(self.kid, self._algorithm))

    def claims(self) -> dict[str, Any]:
        """Its claims.

        Raises:
            NotAuthenticated: They are no JSON object.
        """
        try:
            claims = json.loads(self._parts.payload)
        except _BROKEN:
            raise refused("its claims are no JSON") from None
        if not isinstance(claims, dict):
            raise refused("its claims are no JSON object")
        return claims

    def _is_signed_with(self, key: PublicKey) -> bool:
        try:
            return jws.validate_compact(self._parts, key, registry=self._algorithms)
        except _BROKEN:
            return False
