"""The thread that shows Redis that this process lives, and sees to what must not wait.

A thread rather than a timer of the event loop, which stands still while a solo worker runs a task
and while the consumer waits to connect again.
"""

from __future__ import annotations

import logging
from threading import Event, Thread
from time import monotonic
from typing import Final

from .custody import Custody
from .outbox import TROUBLES
from .tidying import bring, bury, count_consumers, show_life, tie_up

_log: Final = logging.getLogger(__name__)

LOOK_SECONDS: Final = 1.0
"""Between two looks. A visibility timeout of three seconds is the shortest: two looks may fail."""

_IDLE_SECONDS: Final = 0.05
"""Until the first queue is there to look after: nothing is asked of Redis then."""

_RETRY_SECONDS: Final = 0.5
"""Pause after a failed look: a server that is back hears of this process at once."""


class Keeper:
    """Looks after one custody, once a second and whenever a message is due or about to be."""

    def __init__(self, custody: Custody, *, patience_seconds: float) -> None:
        """Do nothing yet.

        Args:
            custody: whose messages these are.
            patience_seconds: within which Redis has to answer every command.
        """
        self._custody = custody
        self._look_seconds = min(LOOK_SECONDS, patience_seconds / 2)
        self._counted = float("-inf")
        self._stopped = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin, unless it has begun."""
        if self._thread is None:
            self._thread = Thread(target=self._keep, name="fleeting-keeper", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End soon."""
        self._stopped.set()

    def look(self) -> float:
        """See to everything once; returns for how many seconds there is nothing to do.

        Raises:
            RedisError: Redis refused something, or is away.
        """
        if not self._custody.queues:
            return _IDLE_SECONDS
        show_life(self._custody)
        due, is_more = bring(self._custody)
        is_more |= bury(self._custody)
        if monotonic() - self._counted > self._custody.visibility_seconds:
            self._counted = monotonic()
            count_consumers(self._custody)
        if any(reader.retired for reader in self._custody.readers):
            tie_up(self._custody)
        until_due = self._look_seconds if due is None else due - self._custody.clock.now()
        return 0.0 if is_more else min(max(until_due, 0.0), self._look_seconds)

    def _keep(self) -> None:
        reached = True
        while not self._stopped.is_set():
            try:
                self._wait_for_alarm(self.look())
                reached = True
            except TROUBLES as exc:
                if reached:
                    _log.warning("no sign of life reaches Redis: %s", exc)
                reached = False
                self._stopped.wait(_RETRY_SECONDS)
            except Exception:  # noqa: BLE001 - see below
                # A thread that ended would let others take over what this process runs.
                _log.exception("a look after the queues failed")
                self._stopped.wait(_RETRY_SECONDS)

    def _wait_for_alarm(self, seconds: float) -> None:
        """Sleep, but wake up when somebody sends a message that is due in a moment."""
        alarms = [queue.alarm for queue in self._custody.queues]
        if seconds <= 0:
            return
        if not alarms:
            self._stopped.wait(_IDLE_SECONDS)
            return
        # Whatever came after the look; a millisecond twice is better than never.
        since = f"{int(self._custody.clock.last * 1000) - 1}-0"
        block = max(1, round(seconds * 1000))
        streams = (*alarms, *[since] * len(alarms))
        self._custody.client.execute_command(
            "XREAD", "COUNT", 1, "BLOCK", block, "STREAMS", *streams
        )
