"""`SecretSource` on Vault's key/value engines."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from .client import VaultClient
from .kv import KeyValues
from .shared_reads import SharedReads


class VaultSecretSource:
    """Reads a secret once for all runs that start within a few seconds."""

    def __init__(
        self,
        client: VaultClient,
        *,
        cache_seconds: float,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reads = SharedReads(KeyValues(client).read, keep=cache_seconds, now=now)

    def read(self, path: str) -> Mapping[str, str]:
        return dict(self._reads.get(path))

    def forget(self, path: str) -> None:
        self._reads.forget(path)
