"""The public keys of an issuer, and which of them a token may have been signed with."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

PublicKey = RSAKey | ECKey | OKPKey

_log: Final = logging.getLogger(__name__)

_MAX_KEYS: Final = 64
"""More than any issuer publishes; a token without a key id is tried against all of them."""

_MIN_RSA_CHARACTERS: Final = 342
"""Characters that 2048 bits take in base64url: shorter keys have been broken (NIST SP 800-131A)."""

_SIGNATURE: Final = re.compile(r"(RS|PS)(256|384|512)")
"""Algorithms of signatures with RSA keys; others are for encryption."""


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """One public key, and the family of algorithms that the issuer gives it for."""

    key: PublicKey
    family: str
    """`RS` or `PS` where the issuer says so of an RSA key; else what fits its type and curve."""

    def fits(self, algorithm: JWSAlgModel) -> bool:
        """Whether it may have made a signature of that algorithm."""
        try:
            algorithm.check_key(self.key)
            self.key.check_key_op("verify")
        except JoseError:
            return False
        return algorithm.name.startswith(self.family)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys that only check signatures: nothing symmetric, nothing private, nothing weak."""

    keys: tuple[IssuerKey, ...]
    source: str
    """The key set as text, to see whether another one is the same."""

    @classmethod
    def of(cls, key_set: dict[str, Any]) -> KeyRing:
        """The usable keys of a JSON Web Key Set; the others are left out (RFC 7517 §5)."""
        listed = key_set.get("keys")
        found = listed[:_MAX_KEYS] if isinstance(listed, list) else []
        return cls(tuple(_usable(found)), json.dumps(found, sort_keys=True))

    def knows(self, kid: str | None) -> bool:
        """Whether there is a key of that id; a token that names none may be of any."""
        return any(kid is None or one.key.kid == kid for one in self.keys)

    def fitting(self, kid: str | None, algorithm: JWSAlgModel) -> list[PublicKey]:
        """The keys that may have made a signature of that algorithm.

        Key type, curve and what the issuer says of the key have to fit, so that no key is ever
        used with an algorithm that it was not made for (RFC 8725 §3.1).
        """
        return [one.key for one in self.keys if kid in (None, one.key.kid) and one.fits(algorithm)]


def _usable(listed: list[Any]) -> Iterator[IssuerKey]:
    for entry in listed:
        if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
            continue
        try:
            found = _imported(entry)
        except (JoseError, ValueError, TypeError, KeyError) as exc:
            # What it says may be quoted from the entry: its type tells enough.
            _log.warning("a key of the issuer is left out: %s", type(exc).__name__)
            continue
        if found is not None:
            yield found


def _imported(entry: dict[str, Any]) -> IssuerKey | None:
    if entry.get("kty") not in ("RSA", "EC", "OKP"):
        return None
    if "d" in entry:
        _log.warning("a key of the issuer is left out: its private half is published")
        return None
    if entry["kty"] == "RSA" and len(str(entry.get("n", ""))) < _MIN_RSA_CHARACTERS:
        _log.warning("a key of the issuer is left out: RSA with less than 2048 bits")
        return None
    # PingFederate says RS256 of keys that it signs RS384 with, so of RSA the family alone counts;
    # curves leave no choice anyway.
    said = entry.get("alg") if entry["kty"] == "RSA" else None
    if said is not None and not _SIGNATURE.fullmatch(said):
        return None
    rest = {name: value for name, value in entry.items() if name != "alg" or said is None}
    key = JWKRegistry.import_key(rest)
    if not isinstance(key, RSAKey | ECKey | OKPKey):
        return None
    return IssuerKey(key, "" if said is None else said[:2])
