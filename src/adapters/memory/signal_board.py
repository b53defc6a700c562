"""Cancel signals in memory: each listener hears them in a thread of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from queue import SimpleQueue
from threading import Event, Lock, Thread, current_thread
from typing import Final

from ...domain.result_key import Address

_log: Final = logging.getLogger(__name__)


class SignalBoard:
    """Hands every signal to everybody who listens at that moment."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._listeners: set[_Listener] = set()

    def send(self, address: Address) -> None:
        """Tell all listeners; returns before they have heard it."""
        with self._lock:
            for listener in self._listeners:
                listener.inbox.put(address)

    def listen(self, on_cancel: Callable[[Address], None]) -> Callable[[], None]:
        """See `CancelSignals.listen`."""
        listener = _Listener(on_cancel)
        with self._lock:
            self._listeners.add(listener)
        listener.thread.start()

        def stop() -> None:
            with self._lock:
                self._listeners.discard(listener)
            listener.stop()

        return stop


class _Listener:
    def __init__(self, on_cancel: Callable[[Address], None]) -> None:
        self.inbox: SimpleQueue[Address | None] = SimpleQueue()
        self.thread = Thread(target=self._hear, name="fleeting-cancel-signals", daemon=True)
        self._on_cancel = on_cancel
        self._stopped = Event()

    def stop(self) -> None:
        self._stopped.set()
        self.inbox.put(None)
        if current_thread() is not self.thread:
            self.thread.join()

    def _hear(self) -> None:
        while (address := self.inbox.get()) is not None and not self._stopped.is_set():
            try:
                self._on_cancel(address)
            except Exception:  # noqa: BLE001  # the next signal must be heard all the same
                _log.exception("a listener failed to act on the cancellation of %s", address.key)
