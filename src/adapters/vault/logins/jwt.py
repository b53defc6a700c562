"""Login by a JWT that a platform or an OpenID provider issued (Vault's method `jwt`)."""

from __future__ import annotations

from pathlib import Path

from ..answer import Answer
from ..transport import Transport
from .login import ProofFile


class JwtLogin:
    """Shows the JWT of a file as it stands there at that moment: platforms replace it."""

    owns_tokens = True
    follows_stamp = False

    def __init__(self, mount: str, *, role: str, file: Path) -> None:
        self._mount, self._role = mount, role
        self._file = ProofFile(file, "the JWT")

    def stamp(self) -> object:
        return self._file.stamp()

    def log_in(self, transport: Transport) -> Answer:
        body = {"role": self._role, "jwt": self._file.text()}
        return transport.send(
            "POST",
            f"auth/{self._mount}/login",
            body={name: body[name] for name in body if body[name]},
        )
