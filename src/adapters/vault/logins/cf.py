"""Login as an instance of Cloud Foundry, by the certificate that the platform gives each.

hvac has no such method. What is signed, and how, is published with Vault's plugin
(https://github.com/hashicorp/vault-plugin-auth-cf, signatures/version1.go, and
https://developer.hashicorp.com/vault/api-docs/auth/cf#login): RSA-PSS with SHA-256 and the longest
salt, over the time of signing, the contents of the certificate's file and the role, without
anything between them; in base64 behind `v1:`.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ....domain.errors import SecretsUnavailable
from ..answer import Answer
from ..transport import Transport
from .login import ProofFile


def _present() -> datetime:
    return datetime.now(UTC)


class CfLogin:
    """Signs for each login: the platform replaces certificate and key every few hours."""

    owns_tokens = True
    follows_stamp = False

    def __init__(
        self,
        mount: str,
        *,
        role: str,
        certificate: Path,
        key: Path,
        now: Callable[[], datetime] = _present,
    ) -> None:
        self._mount, self._role, self._now = mount, role, now
        self._certificate_path = certificate
        self._certificate = ProofFile(certificate, "the certificate of the instance")
        self._key = ProofFile(key, "the key of the instance")

    def stamp(self) -> object:
        return self._certificate.stamp(), self._key.stamp()

    def log_in(self, transport: Transport) -> Answer:
        self._certificate.text()  # says it best where it is missing
        # As it stands there, the space around it too: the server takes it apart as it was sent.
        certificate = self._certificate_path.read_bytes().decode()
        signing_time = self._now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        body = {
            "role": self._role,
            "cf_instance_cert": certificate,
            "signing_time": signing_time,
            "signature": sign(signing_time + certificate + self._role, self._key.text()),
        }
        return transport.send("POST", f"auth/{self._mount}/login", body=body)


def sign(text: str, key: str) -> str:
    """The signature of `text` in version 1 of the plugin's form.

    Raises:
        SecretsUnavailable: the key is none of the kind that the platform gives.
    """
    try:
        private = load_pem_private_key(key.encode(), password=None)
    except (ValueError, TypeError):
        private = None
    if not isinstance(private, rsa.RSAPrivateKey):
        raise SecretsUnavailable(
            "the key of the instance is no RSA key in PEM: see what CF_INSTANCE_KEY names"
        )
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.MAX_LENGTH)
    signature = private.sign(text.encode(), pss, hashes.SHA256())
    return f"v1:{b64encode(signature).decode()}"
