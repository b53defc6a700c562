"""npm's oidc-provider, certified by the OpenID Foundation, with PingFederate's paths."""

from __future__ import annotations

import json
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import httpx2
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from fleeting.adapters.redis.leashed_process import LeashedProcess
from fleeting.domain.principal import Scope

from .node_packages import NODE, OPENID, installed
from .port import HOST, Port
from .wait import wait_until

API = "urn:fleeting:api"
"""The resource for which tokens are JWTs, and their audience."""
OTHER_API = "urn:another:api"
REFERENCES = "urn:fleeting:references"
"""The resource for which tokens are references, which only the provider can read."""

SCOPES = (*Scope, "openid")
"""All that a program may ask for."""

PROGRAM = "reporting"
"""The client that gets tokens."""
GROUPS = ["CN=Analysts,OU=Groups,DC=corp,DC=example", "fleeting-team-a"]
CHECKER = "fleeting-api"
"""The client that asks about tokens."""
SECRET = "only-for-tests-0123456789"

_GRACE = timedelta(seconds=5)
_READY_WITHIN = timedelta(seconds=30)


class OpenIdProvider:
    """One provider on loopback, with keys of the test's making; port and issuer stay."""

    def __init__(self, directory: Path) -> None:
        """Write the configuration; nothing runs before `start`."""
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.port = Port()
        self.issuer = f"http://{HOST}:{self.port.number}"
        self.keys: list[RSAKey | ECKey | OKPKey] = [signing_key("RS256", "first")]
        self._process: LeashedProcess | None = None
        self._http = httpx2.Client(timeout=10)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.running

    def token(
        self,
        *,
        scopes: str = "tasks:submit results:read",
        resource: str = API,
        client: str = PROGRAM,
    ) -> str:
        """An access token for a program: the grant client_credentials (RFC 6749 §4.4)."""
        answer = self._http.post(
            f"{self.issuer}/as/token.oauth2",
            data={"grant_type": "client_credentials", "scope": scopes, "resource": resource},
            auth=(client, SECRET),
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def revoke(self, token: str, *, client: str = PROGRAM) -> None:
        """Take a reference token back (RFC 7009)."""
        answer = self._http.post(
            f"{self.issuer}/as/revoke_token.oauth2", data={"token": token}, auth=(client, SECRET)
        )
        assert answer.status_code == 200, answer.text

    def rotate(self, *keys: RSAKey | ECKey | OKPKey) -> None:
        """Sign with other keys from here on, and publish only them."""
        self.keys = list(keys)
        self._write()
        assert self._process is not None
        self._process.signal(signal.SIGHUP)
        wait_until(lambda: self._published() == {key.kid for key in keys}, within=_READY_WITHIN)

    def launch(self) -> None:
        """Start the program without waiting for it."""
        self.kill()
        self._write()
        command = [NODE, OPENID / "server.mjs", installed(), self._config]
        with (self.directory / "server.log").open("ab") as log:
            self._process = LeashedProcess(command, directory=self.directory, log=log)

    def start(self) -> None:
        if not self.running:
            self.launch()
            wait_until(self._answers, within=_READY_WITHIN)

    def stop(self) -> None:
        if self._process is not None:
            self._process.stop(_GRACE)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()

    def heal(self) -> None:
        """Have it run again, whatever a test did to it; keys are left as they are."""
        self.start()

    def close(self) -> None:
        self.kill()
        self._http.close()
        self.port.release()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _config(self) -> Path:
        return self.directory / "config.json"

    def _write(self) -> None:
        key_set = KeySet(list(self.keys)).as_dict(private=True)
        program = {
            "client_id": PROGRAM,
            "client_secret": SECRET,
            "grant_types": ["client_credentials"],
            "redirect_uris": [],
            "response_types": [],
            "id_token_signed_response_alg": self.keys[0].get("alg"),
            "claims": {"groups": GROUPS},
        }
        checker = program | {"client_id": CHECKER, "grant_types": [], "claims": {}}
        sign = {"alg": self.keys[0].get("alg"), "kid": self.keys[0].kid}
        resource: dict[str, Any] = {
            "scope": " ".join(SCOPES),
            "accessTokenTTL": 600,
            "accessTokenFormat": "jwt",
            "jwt": {"sign": sign},
        }
        references = resource | {"accessTokenFormat": "opaque"}
        self._config.write_text(
            json.dumps(
                {
                    "issuer": self.issuer,
                    "port": self.port.number,
                    "clients": [program, checker],
                    "jwks": key_set,
                    "scopes": SCOPES,
                    "resources": {API: resource, OTHER_API: resource, REFERENCES: references},
                }
            )
        )

    def _answers(self) -> bool:
        assert self._process is not None
        if not self._process.running:
            log = (self.directory / "server.log").read_text(errors="replace")
            raise RuntimeError(f"The provider ended:\n{log[-2000:]}")
        try:
            return bool(self._published())
        except httpx2.HTTPError:
            return False

    def _published(self) -> set[str]:
        answer = self._http.get(f"{self.issuer}/pf/JWKS")
        return {key["kid"] for key in answer.json()["keys"]}


def signing_key(kind: str, kid: str) -> RSAKey | ECKey | OKPKey:
    """A key for the algorithm of that name."""
    if kind == "EdDSA":
        return OKPKey.generate_key("Ed25519", {"kid": kid, "alg": kind, "use": "sig"})
    if kind.startswith("ES"):
        return ECKey.generate_key("P-256", {"kid": kid, "alg": kind, "use": "sig"})
    return RSAKey.generate_key(2048, {"kid": kid, "alg": kind, "use": "sig"})
