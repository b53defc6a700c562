"""`QuarantineRegister` and `Quarantines` in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from ...domain.quarantine import Loss, Quarantine, SourceName
from .store import MemoryStore


class MemoryQuarantineRegister:
    """The worker's half."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def note(self, loss: Loss, *, window: timedelta) -> list[Loss]:
        self._store.switch.check()
        with self._store.lock:
            since = loss.noticed - window
            known = self._store.losses.get(loss.source, {})
            kept = {name: one for name, one in known.items() if one.noticed > since}
            kept.setdefault((loss.key, loss.attempt), loss)
            self._store.losses[loss.source] = kept
            return list(kept.values())

    def impose(self, quarantine: Quarantine, *, keep: timedelta) -> None:
        self._store.switch.check()
        with self._store.lock:
            expires = self._store.now() + keep
            self._store.quarantines[quarantine.source] = (quarantine, expires)

    def in_force(self) -> list[Quarantine]:
        return _in_force(self._store)


class MemoryQuarantines:
    """The half of the API and of the operator."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def in_force(self) -> list[Quarantine]:
        return _in_force(self._store)

    async def lift(self, sources: Sequence[SourceName]) -> None:
        self._store.switch.check()
        with self._store.lock:
            for source in sources:
                self._store.quarantines.pop(source, None)
                self._store.losses.pop(source, None)


def _in_force(store: MemoryStore) -> list[Quarantine]:
    store.switch.check()
    with store.lock:
        now = store.now()
        found = [one for one, expires in store.quarantines.values() if expires > now]
    return sorted(found, key=lambda one: (one.source.namespace, one.source.digest))
