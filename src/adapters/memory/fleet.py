"""`FleetRegister` and `Fleet` in memory."""

from __future__ import annotations

from datetime import timedelta

from ...domain.worker_facts import WorkerFacts
from .store import MemoryStore


class MemoryFleet:
    """Both halves: what is said in this process is known in it."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def announce(self, facts: WorkerFacts, *, keep: timedelta) -> None:
        self._store.switch.check()
        with self._store.lock:
            self._store.workers[facts.worker] = (facts, self._store.now() + keep)

    def withdraw(self, worker: str) -> None:
        self._store.switch.check()
        with self._store.lock:
            self._store.workers.pop(worker, None)

    async def workers(self) -> list[WorkerFacts]:
        self._store.switch.check()
        with self._store.lock:
            now = self._store.now()
            known = sorted(self._store.workers.items())
            return [facts for _, (facts, expires) in known if expires > now]
