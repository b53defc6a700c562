"""`CancelSignals` in memory."""

from __future__ import annotations

from collections.abc import Callable

from ...domain.result_key import Address
from .store import MemoryStore


class MemoryCancelSignals:
    """Hears what `MemoryTaskRecords.request_cancel` sends."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def listen(self, on_cancel: Callable[[Address], None]) -> Callable[[], None]:
        return self._store.signals.listen(on_cancel)
