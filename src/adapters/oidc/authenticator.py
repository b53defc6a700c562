"""Checks signed tokens (JWT) by the issuer's public keys: PingFederate's, or any provider's."""

from __future__ import annotations

import time
from collections.abc import Callable

from ...domain.claims import identity_of
from ...domain.identity import Identity, no_token, refused
from ...ports.authenticator_adapter import AuthenticatorOptions
from .claim_rules import ClaimRules
from .key_ring import KeyRing
from .known_keys import KnownKeys
from .remembered import Remembered, digest_of
from .signed_token import Algorithms, SignedToken


class OidcAuthenticator:
    """Remembers tokens that it has checked until they expire or the issuer's keys change."""

    def __init__(
        self,
        keys: KnownKeys,
        options: AuthenticatorOptions,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Check against `keys`; `now` is in seconds since 1970."""
        self._keys = keys
        self._options = options
        self._now = now
        self._algorithms = Algorithms(options.algorithms)
        self._rules = ClaimRules(options, now=now)
        self._remembered: Remembered[Identity] = Remembered()
        self._ring: KeyRing | None = None

    async def authenticate(self, token: str | None) -> Identity:
        if token is None:
            raise no_token()
        if len(token) > self._options.max_token_bytes or not token.isascii():
            raise refused("it is too long, or holds what no token holds")
        digest = digest_of(token)
        ring = self._keys.at_hand()
        if ring is not None and ring is self._ring:
            known = self._remembered.get(digest, self._now())
            if known is not None:
                return known
        return await self._check(token, digest)

    async def _check(self, token: str, digest: bytes) -> Identity:
        signed = SignedToken.read(token, self._algorithms, self._options.token_type)
        if not signed.is_issued_by(self._options.issuer):
            # Said before anything is fetched for it, and again by the rules once it is proven.
            raise refused("it was issued by another issuer")
        ring = await self._ring_for(signed)
        if not signed.is_signed_by(ring):
            raise refused("its signature is wrong, or made by a key of another kind")
        claims = signed.claims()
        self._rules.check(claims)
        identity = identity_of(claims, self._options.claims, clients=self._options.clients)
        self._remember(ring, digest, identity, until=self._rules.until(claims))
        return identity

    async def _ring_for(self, signed: SignedToken) -> KeyRing:
        """The issuer's keys, fetched again where the token's is not among them."""
        ring = await self._keys.get()
        is_there = ring.knows(signed.kid) if signed.kid is not None else signed.is_signed_by(ring)
        if is_there:
            return ring
        newer = await self._keys.after(ring)
        if signed.kid is not None and not newer.knows(signed.kid):
            raise refused("it is signed with a key that the issuer does not have")
        return newer

    def _remember(self, ring: KeyRing, digest: bytes, identity: Identity, *, until: float) -> None:
        if ring is not self._ring:
            # What a key vouched for that is gone must be checked again.
            self._remembered.clear()
            self._ring = ring
        self._remembered.keep(digest, identity, until=until)
