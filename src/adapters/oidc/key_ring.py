"""The public keys of an issuer, and which of them a token may have been signed with."""

from __future__ import annotations

import json
import logging
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


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys that only check signatures: nothing symmetric, nothing private, nothing weak."""

    keys: tuple[PublicKey, ...]
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
        return any(kid is None or key.kid == kid for key in self.keys)

    def fitting(self, kid: str | None, algorithm: JWSAlgModel) -> list[PublicKey]:
        """The keys that may have made a signature of that algorithm.

        Key type, curve and the key's own `use` and `alg` have to fit, so that no key is ever used
        with an algorithm that it was not made for (RFC 8725 §3.1).
        """
        return [key for key in self.keys if kid in (None, key.kid) and _fits(key, algorithm)]


def _fits(key: PublicKey, algorithm: JWSAlgModel) -> bool:
    try:
        algorithm.check_key(key)
        key.check_key_op("verify")
    except JoseError:
        return False
    return True


def _usable(listed: list[Any]) -> Iterator[PublicKey]:
    for entry in listed:
        if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
            continue
        try:
            key = _imported(entry)
        except (JoseError, ValueError, TypeError, KeyError) as exc:
            # What it says may be quoted from the entry: its type tells enough.
            _log.warning("a key of the issuer is left out: %s", type(exc).__name__)
            continue
        if key is not None:
            yield key


def _imported(entry: dict[str, Any]) -> PublicKey | None:
    if entry.get("kty") not in ("RSA", "EC", "OKP"):
        return None
    if "d" in entry:
        _log.warning("a key of the issuer is left out: its private half is published")
        return None
    if entry["kty"] == "RSA" and len(str(entry.get("n", ""))) < _MIN_RSA_CHARACTERS:
        _log.warning("a key of the issuer is left out: RSA with less than 2048 bits")
        return None
    key = JWKRegistry.import_key(entry)
    return key if isinstance(key, RSAKey | ECKey | OKPKey) else None
