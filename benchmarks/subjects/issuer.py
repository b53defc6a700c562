"""An OpenID provider as far as an API meets it: keys over HTTP, and a token signed with one."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, Self

from joserfc import jwt
from joserfc.jwk import RSAKey

from fleeting.entrypoints.stack import free_port

from ..child import HOST

AUDIENCE: Final = "fleeting"

_LIFE_SECONDS: Final = 3600
"""Longer than any round."""

_GROUPS: Final = [f"CN=Team-{number},OU=Groups,DC=corp,DC=example" for number in range(20)]
"""As a directory has them: they are most of a token."""


class Issuer:
    """Listens while its block lasts, in a thread that sleeps unless it is asked."""

    def __init__(self) -> None:
        # RS256, which every provider must have, and PingFederate takes unless told otherwise.
        self._key = RSAKey.generate_key(2048, {"kid": "benchmark", "alg": "RS256", "use": "sig"})
        self._server = ThreadingHTTPServer((HOST, free_port()), self._handler())
        self.url: Final = f"http://{HOST}:{self._server.server_port}"
        self.keys_url: Final = f"{self.url}/jwks"

    def token(self, subject: str, scopes: tuple[str, ...]) -> str:
        """An access token as of RFC 9068, some 1.7 KB long."""
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": subject,
            "client_id": subject,
            "iat": now,
            "exp": now + _LIFE_SECONDS,
            "scope": " ".join(scopes),
            "groups": _GROUPS,
        }
        return jwt.encode(
            {"alg": "RS256", "typ": "at+jwt", "kid": self._key.kid}, claims, self._key
        )

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        body = json.dumps({"keys": [self._key.as_dict(private=False)]}).encode()

        class Keys(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Keys

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
