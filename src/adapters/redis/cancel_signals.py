"""`CancelSignals` on Redis: a channel, heard in a thread with a connection of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread, current_thread
from typing import Any, Final

from ...domain.result_key import Address
from .connection import RedisConnection
from .faults import VENDOR_ERRORS, translated
from .keyspace import Keyspace, address_of

_log: Final = logging.getLogger(__name__)

_LOOK_UP: Final = 0.25
"""Seconds between two looks at whether to stop."""

_PAUSE: Final = 1.0
"""Seconds between two tries to subscribe: signals may be missed, the next heartbeat has them."""

_PATIENCE: Final = 5.0
"""Seconds that a caller of `listen` waits for the subscription; without it, workers start too."""


class RedisCancelSignals:
    """Hears what `RedisTaskRecords.request_cancel` publishes."""

    def __init__(self, connection: RedisConnection, space: Keyspace) -> None:
        self._connection = connection
        self._space = space

    def listen(self, on_cancel: Callable[[Address], None]) -> Callable[[], None]:
        listener = _Listener(self._connection, self._space.cancellations, on_cancel)
        listener.start()
        return listener.stop


class _Listener:
    def __init__(
        self, connection: RedisConnection, channel: str, on_cancel: Callable[[Address], None]
    ) -> None:
        self._connection = connection
        self._channel = channel
        self._on_cancel = on_cancel
        self._tried = Event()
        self._stopped = Event()
        self._thread = Thread(target=self._listen, name="fleeting-cancel-signals", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._tried.wait(_PATIENCE)

    def stop(self) -> None:
        self._stopped.set()
        if current_thread() is not self._thread:
            self._thread.join()

    def _listen(self) -> None:
        while not self._stopped.is_set():
            try:
                self._subscribe()
            except VENDOR_ERRORS as error:
                reason = translated(error, self._connection.where, self._connection.hint).message
                _log.warning("cancel signals are not heard, heartbeats bring them: %s", reason)
            self._tried.set()
            self._stopped.wait(_PAUSE)

    def _subscribe(self) -> None:
        client: Any = self._connection.client()
        subscription = client.pubsub()
        try:
            subscription.subscribe(self._channel)
            while not self._stopped.is_set():
                self._take(subscription.get_message(timeout=_LOOK_UP))
        finally:
            with suppress(*VENDOR_ERRORS):
                subscription.close()

    def _take(self, message: dict[str, Any] | None) -> None:
        if message is None:
            return
        if message["type"] == "subscribe":
            self._tried.set()
        if message["type"] == "message" and not self._stopped.is_set():
            self._hear(address_of(message["data"]))

    def _hear(self, address: Address) -> None:
        try:
            self._on_cancel(address)
        except Exception:  # noqa: BLE001  # the next signal must be heard all the same
            _log.exception("a listener failed to act on the cancellation of %s", address.key)
