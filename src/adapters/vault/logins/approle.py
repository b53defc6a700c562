"""Login by AppRole: a role id that names, and a secret id that proves."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from hvac import exceptions as vendor

from ....domain.errors import SecretForbidden
from ..answer import Answer
from ..transport import Transport
from .login import ProofFile

_TAMPERED: Final = (
    "the wrapped secret id was fetched before, or has expired, or is none: if it was delivered in "
    "time, somebody else has fetched it. Destroy the secret id, look for the call to "
    "sys/wrapping/unwrap in Vault's audit log, and deliver a fresh one"
)


class AppRoleLogin:
    """Logs in with a secret id that is given, read from a file, or fetched once with a token."""

    owns_tokens = True
    follows_stamp = False

    def __init__(
        self, mount: str, *, role_id: str, secret_id: str, file: Path | None, is_wrapped: bool
    ) -> None:
        self._mount = mount
        self._role_id = role_id
        self._secret_id = secret_id
        self._file = ProofFile(file, "the secret id") if file else None
        self._is_wrapped = is_wrapped
        self._given = ""
        self._unwrapped = ""

    def stamp(self) -> object:
        return self._file.stamp() if self._file else None

    def log_in(self, transport: Transport) -> Answer:
        secret_id = self._file.text() if self._file else self._secret_id
        if self._is_wrapped:
            secret_id = self._fetched(secret_id, transport)
        proof = {"role_id": self._role_id, "secret_id": secret_id}
        body = {name: text for name, text in proof.items() if text}
        return transport.send("POST", f"auth/{self._mount}/login", body=body)

    def _fetched(self, given: str, transport: Transport) -> str:
        if given != self._given:
            # Before the call: whatever comes of it, the token is used up.
            self._given, self._unwrapped = given, ""
            self._unwrapped = _unwrap(given, self._mount, transport)
        if not self._unwrapped:
            raise SecretForbidden(_TAMPERED)
        return self._unwrapped


def _unwrap(token: str, mount: str, transport: Transport) -> str:
    try:
        told = transport.send("POST", "sys/wrapping/lookup", body={"token": token})
        origin = str(told.data.get("creation_path", ""))
        # Who fetched it could wrap it again: then it was made at sys/wrapping/wrap.
        if not (origin.startswith(f"auth/{mount}/role/") and origin.endswith("/secret-id")):
            raise SecretForbidden(_TAMPERED)
        answer = transport.send("POST", "sys/wrapping/unwrap", token=token, is_repeatable=False)
    except (vendor.InvalidRequest, vendor.Forbidden):
        raise SecretForbidden(_TAMPERED) from None
    return str(answer.data.get("secret_id", ""))
