"""Credentials lent to runs: made for one, kept alive while it runs, taken back when it ends."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Lock
from typing import Final

from ..domain.credentials import renewal_pause
from ..domain.errors import PortError, SecretsUnavailable
from ..ports.clock import Clock
from ..ports.lease_source import Lease, LeaseSource

_log: Final = logging.getLogger(__name__)

LONGEST: Final = timedelta(minutes=15)
"""What a lease is asked to live for at most from here on: so long it outlives a dead worker."""

_MARGIN: Final = timedelta(minutes=1)
"""What it lives for beyond the run's time: starting and ending a run takes time, too."""

_TRIES: Final = 5
"""How often a lease is taken back: what fails for half a minute is left to end by itself."""

_LOOK: Final = timedelta(minutes=1)
"""Longest pause: waking up for nothing once in a while costs nothing."""

_RETRY: Final = timedelta(seconds=1)
"""Before the second try; doubled before each further one."""


@dataclass(slots=True, eq=False)
class _Lent:
    """A lease on its way: kept alive while a run has it, then taken back."""

    id: str
    path: str
    ttl: timedelta
    """What it is asked to live for, each time."""
    due: timedelta
    """When something is to be done about it next, by `Clock.elapsed`."""
    until: timedelta
    """When it ends if nothing is done."""
    renewable: bool
    is_back: bool = False
    tries: int = 0


class RunLeases:
    """The credentials that runs of this process have; somebody calls `wait` and `tend` by turns.

    `lent` is called by any thread; `wait` and `tend` by one, and `close` by whoever ends that.
    """

    def __init__(self, source: LeaseSource, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._lock = Lock()
        self._lent: set[_Lent] = set()
        self._changed = Event()

    @contextmanager
    def lent(self, path: str, run_time: timedelta | None) -> Iterator[Mapping[str, str]]:
        """A credential while the block runs; taking it back is left to `tend`.

        Args:
            path: where it is made.
            run_time: how long the block may take; None: nobody knows.

        Raises:
            SecretNotFound: no credentials are made there.
            SecretForbidden: they are refused to this process.
            SecretsUnavailable: the source does not answer.
        """
        lease = self._source.issue(path)
        lent = self._taken(path, lease, run_time)
        try:
            yield lease.fields
        finally:
            with self._lock:
                lent.is_back, lent.due = True, timedelta(0)
            self._changed.set()

    def wait(self) -> None:
        """Return when something is to be done, or has changed."""
        with self._lock:
            due = min((one.due for one in self._lent), default=timedelta.max)
        pause = min(max(due - self._clock.elapsed(), timedelta(0)), _LOOK)
        self._changed.wait(pause.total_seconds())
        self._changed.clear()

    def wake(self) -> None:
        """Have `wait` return."""
        self._changed.set()

    def tend(self) -> None:
        """Renew and take back what is due; what fails comes again."""
        for lent in self._all_lent():
            if lent.due <= self._clock.elapsed():
                self._take_back(lent) if lent.is_back else self._renew(lent)

    def close(self, within: timedelta) -> None:
        """Take back everything, whoever still runs with it; once each, and no longer than that."""
        end = self._clock.elapsed() + within
        for lent in self._all_lent():
            if self._clock.elapsed() < end:
                lent.is_back, lent.tries = True, _TRIES
                self._take_back(lent)
        if left := self._all_lent():
            _log.warning("%d lease(s) of runs are left to end by themselves", len(left))

    def _taken(self, path: str, lease: Lease, run_time: timedelta | None) -> _Lent:
        now = self._clock.elapsed()
        ttl = LONGEST if run_time is None else min(run_time + _MARGIN, LONGEST)
        lent = _Lent(
            id=lease.id,
            path=path,
            ttl=ttl,
            # One that lives too long is shortened at once: nobody would take it back for a worker
            # that dies.
            due=now if lease.duration > ttl else now + renewal_pause(lease.duration),
            until=now + lease.duration,
            renewable=lease.renewable,
        )
        with self._lock:
            self._lent.add(lent)
        self._changed.set()
        return lent

    def _renew(self, lent: _Lent) -> None:
        now = self._clock.elapsed()
        if not lent.renewable or now >= lent.until:
            self._look_again(lent, timedelta.max)
            return
        try:
            granted = self._source.renew(lent.id, lent.ttl)
        except SecretsUnavailable:
            self._look_again(lent, now + _RETRY)
        except PortError as exc:
            _log.warning("a lease of %s ends before its run: %s", lent.path, exc.message)
            self._look_again(lent, timedelta.max)
        else:
            lent.until = now + granted
            self._look_again(lent, now + renewal_pause(granted))

    def _look_again(self, lent: _Lent, due: timedelta) -> None:
        with self._lock:
            # The run may have ended meanwhile: then it is due at once.
            if not lent.is_back:
                lent.due = due

    def _take_back(self, lent: _Lent) -> None:
        try:
            self._source.revoke(lent.id)
        except PortError as exc:
            lent.tries += 1
            lent.due = self._clock.elapsed() + _RETRY * 2 ** (lent.tries - 1)
            if lent.tries >= _TRIES:
                _log.warning("a lease of %s is left to end by itself: %s", lent.path, exc.message)
                self._forget(lent)
        else:
            self._forget(lent)

    def _forget(self, lent: _Lent) -> None:
        with self._lock:
            self._lent.discard(lent)

    def _all_lent(self) -> list[_Lent]:
        with self._lock:
            return list(self._lent)
