"""Secrets of Vault's key/value engines, in both of their versions, and of its static roles."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from hvac import exceptions as vendor

from ...domain.errors import PortError, SecretForbidden, SecretNotFound
from ...domain.secret_path import names_in
from .client import VaultClient
from .faults import VENDOR_ERRORS

_STATIC: Final = "static-creds/"
"""Below it the database engine keeps the passwords of users that it did not make, and changes
them now and then. Whatever else it has is leased, and nothing to be read."""


@dataclass(frozen=True, slots=True)
class _Mount:
    path: str
    """With a slash at its end."""
    is_versioned: bool
    is_shared: bool = True
    """Whether all paths below are read alike."""


class KeyValues:
    """Reads secrets by mount and path, as `vault kv get` names them."""

    def __init__(self, client: VaultClient) -> None:
        self._client = client
        self._mounts: dict[str, _Mount] = {}

    def read(self, path: str) -> dict[str, str]:
        """All fields of the newest version; what is no text in Vault is JSON.

        Raises:
            PortError: as `SecretSource.read`.
        """
        names_in(path)
        mount = self._mount_of(path)
        name = path.removeprefix(mount.path)
        place = f"{mount.path}data/{name}" if mount.is_versioned else f"{mount.path}{name}"
        try:
            data = self._client.raw("GET", place).data
        except VENDOR_ERRORS as exc:
            # Perhaps another engine is mounted there by now.
            self._mounts.pop(mount.path, None)
            raise self._missing(exc, path) from exc
        found = data.get("data") if mount.is_versioned else data
        return {field: as_text(value) for field, value in (found or {}).items()}

    def _mount_of(self, path: str) -> _Mount:
        known = [mount for start, mount in self._mounts.items() if path.startswith(start)]
        if known:
            return max(known, key=lambda mount: len(mount.path))
        mount = self._asked(path)
        if mount.is_shared:
            self._mounts[mount.path] = mount
        return mount

    def _asked(self, path: str) -> _Mount:
        what = f"to read {path}"
        try:
            told = self._client.call("GET", f"sys/internal/ui/mounts/{path}", what).data
        except SecretForbidden as exc:
            if isinstance(exc.__cause__, vendor.Forbidden):
                raise SecretForbidden(
                    f"{self._client} refuses {what}, or has no such mount: correct the path, or "
                    "let a policy of this role permit it"
                ) from exc
            raise
        if told.get("type") == "database" and path.startswith(f"{told['path']}{_STATIC}"):
            return _Mount(str(told["path"]), is_versioned=False, is_shared=False)
        if told.get("type") not in {"kv", "generic"} or not path.startswith(str(told["path"])):
            raise SecretNotFound(f"{path} in {self._client} is no secret of a key/value engine")
        options = told.get("options") or {}
        return _Mount(str(told["path"]), is_versioned=options.get("version") == "2")

    def _missing(self, error: Exception, path: str) -> PortError:
        if not isinstance(error, vendor.InvalidPath):
            return self._client.translated(error, f"to read {path}")
        metadata = _metadata(error.json)
        if metadata.get("destroyed"):
            text = "was destroyed for good: write it anew"
        elif metadata.get("deletion_time"):
            text = "was deleted: undelete it (vault kv undelete), or write it anew"
        else:
            text = "is not there: write it, or correct the path"
        return SecretNotFound(f"the secret {path} in {self._client} {text}")


def _metadata(body: object) -> Mapping[str, Any]:
    data = body.get("data") if isinstance(body, Mapping) else None
    metadata = data.get("metadata") if isinstance(data, Mapping) else None
    return metadata if isinstance(metadata, Mapping) else {}


def as_text(value: object) -> str:
    """A value of Vault as the ports carry it: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value)
