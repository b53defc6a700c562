"""Signatures by a key that never leaves Vault's transit engine."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from ...domain.errors import InvalidSetting
from ...domain.trusted_key import TrustedKey
from .client import VaultClient

_TYPE = "ed25519"


class TransitSigner:
    """`TaskSigner` with the version of a key that is the latest when it is first used.

    So a key can be rotated while processes sign: they go on with the version that workers know.

    Args:
        client: whose policy lets it read the key and sign with it.
        path: mount and name of the key, as `transit/fleeting`.
    """

    def __init__(self, client: VaultClient, path: str) -> None:
        self._client = client
        self._mount, slash, self._name = path.strip("/").rpartition("/")
        if not slash or not self._name:
            raise InvalidSetting(
                "a key in the transit engine is named with its mount, as in transit/fleeting"
            )

    @property
    def waits(self) -> bool:
        return True

    @property
    def key_id(self) -> str:
        return self._own.key_id

    @property
    def trusted(self) -> tuple[TrustedKey, ...]:
        """The public half of every version that is still there, read from Vault.

        Raises:
            SecretNotFound: there is no such key.
            SecretForbidden: a policy refuses.
            SecretsUnavailable: Vault does not answer.
            InvalidSetting: it is a key of another kind.
        """
        versions = self._versions().items()
        return tuple(_trusted(one) for _, one in sorted(versions, key=lambda pair: int(pair[0])))

    def sign(self, data: bytes) -> tuple[str, bytes]:
        own = self._own
        answer = self._client.write(
            f"{self._mount}/sign/{self._name}",
            {"input": b64encode(data).decode(), "key_version": self._version},
        )
        # As in vault:v1:<base64>.
        return own.key_id, b64decode(answer.data["signature"].rpartition(":")[2])

    @cached_property
    def _latest(self) -> tuple[int, TrustedKey]:
        versions = self._versions()
        version = max(versions, key=int)
        return int(version), _trusted(versions[version])

    @property
    def _version(self) -> int:
        return self._latest[0]

    @property
    def _own(self) -> TrustedKey:
        return self._latest[1]

    def _versions(self) -> Mapping[str, Mapping[str, Any]]:
        found = self._client.read(f"{self._mount}/keys/{self._name}").data
        if found.get("type") != _TYPE:
            raise InvalidSetting(
                f"the key {self._mount}/{self._name} is no {_TYPE} key: make one of that type"
            )
        versions: Mapping[str, Mapping[str, Any]] = found["keys"]
        return versions


def _trusted(version: Mapping[str, Any]) -> TrustedKey:
    return TrustedKey(b64decode(version["public_key"]))
