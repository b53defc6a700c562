"""An issuer in this process: keys, tokens as it would sign them, and the HTTP that it speaks."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx2
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

ISSUER = "https://sso.corp.example/virtual"
AUDIENCE = "urn:fleeting:api"
NOW = 1_800_000_000.0

Key = RSAKey | ECKey | OKPKey


def encoded(value: object) -> str:
    """JSON, text or bytes in base64url."""
    if not isinstance(value, bytes):
        value = (value if isinstance(value, str) else json.dumps(value)).encode()
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


class Clock:
    """The time of both clocks, moved by the test."""

    def __init__(self) -> None:
        self.seconds = NOW

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Issuer:
    """Answers discovery, key set and introspection, counts what it is asked, and can be away."""

    keys: list[Key]
    url: str = ISSUER
    asked: list[str] = field(default_factory=list)
    answers: dict[str, httpx2.Response | Exception] = field(default_factory=dict)
    """What is answered instead, by the last part of the path."""
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What introspection says of tokens."""
    authorization: str = ""

    @property
    def transport(self) -> httpx2.MockTransport:
        return httpx2.MockTransport(self._answer)

    def claims(self, **other: object) -> dict[str, Any]:
        """Claims of a token that counts; None leaves one out."""
        said = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "alice",
            "client_id": "reporting",
            "scope": "tasks:submit results:read",
            "groups": ["CN=Analysts,OU=Groups,DC=corp"],
            "iat": NOW - 10,
            "nbf": NOW - 10,
            "exp": NOW + 300,
        }
        return {name: value for name, value in (said | other).items() if value is not None}

    def token(
        self,
        *,
        key: Any = None,
        header: dict[str, Any] | None = None,
        **claims: object,
    ) -> str:
        """A token, signed with its first key if no other is given; `header` adds, None removes."""
        key = key or self.keys[0]
        said = {"alg": key.get("alg"), "kid": key.kid, "typ": "at+jwt"} | (header or {})
        kept = {name: value for name, value in said.items() if value is not None}
        text = f"{encoded(kept)}.{encoded(self.claims(**claims))}"
        # Not by jws.serialize_compact, which refuses to sign what forgers do.
        return f"{text}.{encoded(JWSRegistry.algorithms[kept['alg']].sign(text.encode(), key))}"

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        last = request.url.path.rpartition("/")[2]
        self.asked.append(last)
        other = self.answers.get(last, self.answers.get("*"))
        if isinstance(other, Exception):
            raise other
        if other is not None:
            return httpx2.Response(other.status_code, content=other.content, headers=other.headers)
        if last == "openid-configuration":
            return httpx2.Response(200, json=self._document())
        if last == "JWKS":
            return httpx2.Response(200, json=KeySet(list(self.keys)).as_dict(private=False))
        if last == "introspect.oauth2":
            self.authorization = request.headers.get("authorization", "")
            [token] = parse_qs(request.content.decode())["token"]
            return httpx2.Response(200, json=self.known.get(token, {"active": False}))
        return httpx2.Response(404)

    def _document(self) -> dict[str, str]:
        return {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/pf/JWKS",
            "introspection_endpoint": f"{self.url}/as/introspect.oauth2",
        }


def json_answer(value: object, status: int = 200) -> httpx2.Response:
    return httpx2.Response(status, content=json.dumps(value))
