"""Which keys of an issuer are used at all."""

from __future__ import annotations

from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from fleeting.adapters.oidc.key_ring import KeyRing


def public(key: RSAKey | ECKey | OKPKey, **other: object) -> dict[str, Any]:
    said = {**key.as_dict(private=False), **other}
    return {name: value for name, value in said.items() if value is not None}


def test_broken_key_does_not_spoil_the_others(rsa: RSAKey) -> None:
    """RFC 7517 §5: also kinds that nobody knows yet."""
    good = public(rsa)
    broken: list[object] = [
        {},
        "key",
        None,
        {"kty": "AKP", "kid": "post-quantum"},
        {"kty": "RSA"},
        {"kty": "RSA", "n": "A" * 342, "e": "!"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": ["RSA"]},
        public(rsa, use="enc"),
        public(rsa, use=None, alg="RSA-OAEP"),
        public(rsa, alg=["RS256"]),
    ]

    assert [one.key.kid for one in KeyRing.of({"keys": [*broken, good]}).keys] == [rsa.kid]


@pytest.mark.parametrize("document", [{}, {"keys": None}, {"keys": {}}, {"keys": "x"}])
def test_what_is_no_key_set_has_no_keys(document: dict[str, Any]) -> None:
    assert KeyRing.of(document).keys == ()


def test_symmetric_key_is_never_used() -> None:
    assert KeyRing.of({"keys": [OctKey.generate_key(256).as_dict(private=True)]}).keys == ()


def test_published_private_key_is_not_used(rsa: RSAKey) -> None:
    assert KeyRing.of({"keys": [rsa.as_dict(private=True)]}).keys == ()


def test_short_rsa_key_is_not_used() -> None:
    short = {"kty": "RSA", "n": "A" * 171, "e": "AQAB", "kid": "1024 bits"}

    assert KeyRing.of({"keys": [short]}).keys == ()


def test_key_fits_its_own_family_alone(rsa: RSAKey) -> None:
    """PingFederate says RS256 of RSA keys that it signs with longer hashes, too."""
    algorithms = JWSRegistry.algorithms
    ring = KeyRing.of({"keys": [public(rsa), public(ECKey.generate_key("P-384"), kid="ec")]})

    fitting = {name: [k.kid for k in ring.fitting(None, alg)] for name, alg in algorithms.items()}

    assert {name: kids for name, kids in fitting.items() if kids} == {
        "RS256": ["rsa"],
        "RS384": ["rsa"],
        "RS512": ["rsa"],
        "ES384": ["ec"],
    }


def test_rsa_key_without_an_algorithm_fits_both_families(rsa: RSAKey) -> None:
    ring = KeyRing.of({"keys": [public(rsa, alg=None)]})

    fitting = [n for n, alg in JWSRegistry.algorithms.items() if ring.fitting("rsa", alg)]

    assert fitting == ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]


def test_key_that_is_not_for_checking_fits_nothing(rsa: RSAKey) -> None:
    ring = KeyRing.of({"keys": [public(rsa, use=None, key_ops=["encrypt"])]})

    assert ring.fitting("rsa", JWSRegistry.algorithms["RS256"]) == []


def test_number_of_keys_is_bounded() -> None:
    """A token without a key id is tried against each."""
    key = OKPKey.generate_key("Ed25519")

    assert len(KeyRing.of({"keys": [public(key, kid=str(n)) for n in range(500)]}).keys) == 64
