"""Tokens that must not count, by what is wrong with each."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any

from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

from .issuer import NOW, Issuer, encoded


def with_header(token: str, **header: object) -> str:
    """The same token under another header, its signature left as it is."""
    first, payload, signature = token.split(".")
    said = json.loads(base64.urlsafe_b64decode(first + "=="))
    return f"{encoded(said | header)}.{payload}.{signature}"


def hmac_signed(issuer: Issuer, secret: bytes) -> str:
    """A token of HS256 with any bytes as its secret; joserfc refuses to make some of them."""
    header = encoded({"alg": "HS256", "kid": issuer.keys[0].kid, "typ": "at+jwt"})
    text = f"{header}.{encoded(issuer.claims())}"
    mac = hmac.digest(secret, text.encode(), "sha256")
    return f"{text}.{encoded(mac)}"


def signed(issuer: Issuer, payload: object) -> str:
    """Signed by the issuer itself, with claims of any kind."""
    text = f"{issuer.token().partition('.')[0]}.{encoded(payload)}"
    signature = JWSRegistry.algorithms["RS256"].sign(text.encode(), issuer.keys[0])
    return f"{text}.{encoded(signature)}"


def forgeries(issuer: Issuer, stranger: RSAKey) -> dict[str, str]:
    """The matrix of issue 6, and what else has been tried on others."""
    good = issuer.token()
    head, payload, signature = good.split(".")
    public = issuer.keys[0]
    own = RSAKey.import_key({**stranger.as_dict(private=True), "kid": issuer.keys[0].kid})
    claims = issuer.claims()
    return {
        "expired": issuer.token(exp=NOW - 31),
        "no expiry": issuer.token(exp=None),
        "expiry as text": issuer.token(exp=str(NOW + 300)),
        "expiry not finite": issuer.token(exp=float("nan")),
        "not yet valid": issuer.token(nbf=NOW + 31),
        "issued in the future": issuer.token(iat=NOW + 31),
        "wrong issuer": issuer.token(iss="https://sso.evil.example"),
        "no issuer": issuer.token(iss=None),
        "issuer with a slash": issuer.token(iss=issuer.url + "/"),
        "issuers in a list": issuer.token(iss=[issuer.url]),
        "wrong audience": issuer.token(aud="urn:another:api"),
        "wrong audiences": issuer.token(aud=["urn:another:api", "urn:third:api"]),
        "no audience": issuer.token(aud=None),
        "audience of a strange type": issuer.token(aud={"urn:fleeting:api": True}),
        "alg none": f"{encoded({'alg': 'none'})}.{payload}.",
        "alg none with a signature": f"{encoded({'alg': 'none'})}.{payload}.{signature}",
        "alg None": f"{encoded({'alg': 'None'})}.{payload}.",
        "no alg": f"{encoded({'typ': 'at+jwt'})}.{payload}.{signature}",
        "HS256 with the public key as PEM": hmac_signed(issuer, public.as_pem(private=False)),
        "HS256 with the public key as DER": hmac_signed(issuer, public.as_der(private=False)),
        "HS256 with a key of its own": hmac_signed(issuer, b"of its own"),
        "key not in JWKS": issuer.token(key=stranger),
        "key id of another's key": issuer.token(key=own, header={"alg": "RS256"}),
        "no key id and a stranger's key": issuer.token(key=stranger, header={"kid": None}),
        "key in the header": issuer.token(
            key=stranger, header={"jwk": stranger.as_dict(private=False), "kid": None}
        ),
        "address of keys in the header": issuer.token(
            key=stranger, header={"jku": "https://sso.evil.example/keys"}
        ),
        "another family than the key's": issuer.token(header={"alg": "PS256"}),
        "another kind than the key's": issuer.token(
            key=ECKey.generate_key("P-256"), header={"alg": "ES256", "kid": issuer.keys[0].kid}
        ),
        "altered claims": f"{head}.{encoded(claims | {'sub': 'admin'})}.{signature}",
        "altered header": with_header(good, cty="x"),
        "signature cut": good[:-4],
        "signature missing": f"{head}.{payload}.",
        "no claims": f"{head}..{signature}",
        "claims in a list": signed(issuer, [claims]),
        "claims as text": signed(issuer, "alice"),
        "claims with deep nesting": signed(issuer, "[" * 5_000),
        "wrong type": issuer.token(header={"typ": "logout+jwt"}),
        "type of an ID token": issuer.token(header={"typ": "JWT"}),
        "an extension that must be understood": issuer.token(
            header={"crit": ["exp"], "exp": NOW + 1}
        ),
        "payload not encoded": with_header(good, b64=False, crit=["b64"]),
        "too long": issuer.token(padding="x" * 16 * 1024),
        "encrypted": ".".join([encoded({"alg": "RSA-OAEP", "enc": "A256GCM"}), *"abcd"]),
        "no subject": issuer.token(sub=None, client_id=None),
        "subject of a strange type": issuer.token(sub=7),
        "empty subject": issuer.token(sub=""),
        "subject of many lines": issuer.token(sub="alice\nadmin"),
        "scopes of a strange type": issuer.token(scope={"admin": True}),
        "groups of a strange type": issuer.token(groups=[1]),
    }


def garbage_headers() -> dict[str, Any]:
    """What may stand where a header should, before anybody has checked a signature."""
    return {
        "list": [],
        "text": "alg",
        "number": 5,
        "null": None,
        "alg as a list": {"alg": ["RS256"]},
        "alg as an object": {"alg": {"RS256": 1}},
        "crit as a number": {"alg": "RS256", "crit": 5},
        "crit as text": {"alg": "RS256", "crit": "alg"},
        "kid as a list": {"alg": "RS256", "kid": ["rsa"]},
        "typ as a number": {"alg": "RS256", "typ": 5},
        "b64 as text": {"alg": "RS256", "b64": "no"},
        "deep": "[" * 5_000,
        "many digits": '{"alg": "RS256", "n": ' + "9" * 5_000 + "}",
    }
