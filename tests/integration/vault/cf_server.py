"""Vault's login for Cloud Foundry, which OpenBao has no plugin for: a server that judges a login
as the plugin's published source does (hashicorp/vault-plugin-auth-cf: path_login.go for what is
checked, signatures/version1.go for what is signed and how), and then has one secret to give.
"""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from ..servers.port import HOST, Port

TOKEN = "s.instance"
_OLDEST = timedelta(seconds=300)
_NEWEST = timedelta(seconds=60)


class CfServer:
    """Knows one role, bound to one app, and the authority that instances are certified by."""

    def __init__(self, authority: Path, *, role: str, app: str) -> None:
        self._authority = x509.load_pem_x509_certificate(authority.read_bytes())
        self._role, self._app = role, app
        self._seen: set[str] = set()
        self.refused: list[str] = []
        self._port = Port()
        self._server = ThreadingHTTPServer(
            (HOST, self._port.number), type("Handler", (_Handler,), {"owner": self})
        )
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        return f"vault+http://{HOST}:{self._port.number}"

    def judge(self, body: dict[str, str]) -> str | None:
        """Why a login is refused; None: it is not."""
        if body["role"] != self._role:
            return "no matching role"
        if body["signature"] in self._seen:
            return "signature has already been used"
        self._seen.add(body["signature"])
        age = datetime.now(UTC) - datetime.strptime(body["signing_time"], "%Y-%m-%dT%H:%M:%S%z")
        if not -_NEWEST < age < _OLDEST:
            return "signed too long ago, or in the future"
        certificate = self._signer(body)
        if certificate is None:
            return "no matching certificate found"
        return self._judge_certificate(certificate)

    def _signer(self, body: dict[str, str]) -> x509.Certificate | None:
        version, _, signature = body["signature"].partition(":")
        assert version == "v1"
        signed = (body["signing_time"] + body["cf_instance_cert"] + body["role"]).encode()
        pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.AUTO)
        for certificate in x509.load_pem_x509_certificates(body["cf_instance_cert"].encode()):
            try:
                certificate.public_key().verify(
                    b64decode(signature, validate=True), signed, pss, hashes.SHA256()
                )
            except InvalidSignature:
                continue
            return certificate
        return None

    def _judge_certificate(self, certificate: x509.Certificate) -> str | None:
        try:
            certificate.verify_directly_issued_by(self._authority)
        except (InvalidSignature, ValueError):
            return "issued by somebody else"
        units = certificate.subject.get_attributes_for_oid(x509.OID_ORGANIZATIONAL_UNIT_NAME)
        if f"app:{self._app}" not in [unit.value for unit in units]:
            return "app ID doesn't match role constraints"
        return None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._port.release()


class _Handler(BaseHTTPRequestHandler):
    owner: CfServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/v1/auth/cf/login":
            self._answer(204, None)
        elif reason := self.owner.judge(body):
            # The plugin tells nobody but its log why.
            self.owner.refused.append(reason)
            self._answer(400, {"errors": ["authentication failed, failure ID 1"]})
        else:
            auth = {"client_token": TOKEN, "lease_duration": 600, "renewable": True}
            self._answer(200, {"request_id": "1", "auth": auth})

    def do_GET(self) -> None:
        if self.headers["X-Vault-Token"] != TOKEN:
            self._answer(403, {"errors": ["permission denied"]})
        elif self.path.startswith("/v1/sys/internal/ui/mounts/"):
            mount = {"path": "kv/", "type": "kv", "options": {"version": "1"}}
            self._answer(200, {"request_id": "1", "data": mount})
        else:
            self._answer(200, {"request_id": "1", "data": {"password": "of the instance"}})

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, status: int, body: dict[str, Any] | None) -> None:
        text = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
