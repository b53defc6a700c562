"""Login by a token that somebody else, such as Vault Agent, puts into a file and keeps fresh."""

from __future__ import annotations

from pathlib import Path

from hvac import exceptions as vendor

from ....domain.errors import SecretForbidden
from ..answer import Answer
from ..transport import Transport
from .login import ProofFile


class TokenFileLogin:
    """Takes the token as it stands in the file, and asks how long it lives."""

    owns_tokens = False
    follows_stamp = True

    def __init__(self, file: Path) -> None:
        self._path = file
        self._file = ProofFile(file, "the Vault token")

    def stamp(self) -> object:
        return self._file.stamp()

    def log_in(self, transport: Transport) -> Answer:
        token = self._file.text()
        try:
            told = transport.send("GET", "auth/token/lookup-self", token=token)
        except vendor.Forbidden:
            raise SecretForbidden(
                f"{transport} refuses the token in {self._path}: put one there that has not ended, "
                "and whose policy lets it look itself up, as `default` does"
            ) from None
        # A token without an end has no time of it, and also ttl 0, as one has in its last second.
        ttl = max(1, int(told.data["ttl"])) if told.data.get("expire_time") else 0
        renewable = bool(told.data.get("renewable"))
        return Answer(auth={"client_token": token, "lease_duration": ttl, "renewable": renewable})
