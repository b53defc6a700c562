"""Remember that something is away, so that not every task waits to find it out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import Final

from ..domain.errors import SecretsUnavailable
from ..ports.clock import Clock

_PAUSE: Final = timedelta(seconds=3)
"""Before somebody asks again: an outage that ends is noticed soon, one that goes on costs one slot
a time-out now and then."""


@dataclass(slots=True)
class _Outage:
    message: str
    until: timedelta
    """When somebody may ask again, by `Clock.elapsed`."""
    is_probed: bool = False


class Outages:
    """What is away of the source of secrets, by the mount that was asked; for any thread.

    During an outage one call at a time finds out whether it is over; all others fail at once.
    Mounts are told apart because one may be away by itself: a database in which credentials are
    made, say.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._known: dict[str, _Outage] = {}

    @contextmanager
    def asking(self, path: str) -> Iterator[None]:
        """For the time in which the source is asked about `path`.

        Raises:
            SecretsUnavailable: it was away a moment ago, and nobody has to wait for that again.
        """
        mount = path.partition("/")[0]
        self._enter(mount)
        try:
            yield
        except SecretsUnavailable as exc:
            with self._lock:
                self._known[mount] = _Outage(exc.message, self._clock.elapsed() + _PAUSE)
            raise
        except BaseException:
            self._forget(mount)
            raise
        self._forget(mount)

    def _enter(self, mount: str) -> None:
        with self._lock:
            outage = self._known.get(mount)
            if outage is None:
                return
            if outage.is_probed or self._clock.elapsed() < outage.until:
                raise SecretsUnavailable(outage.message)
            outage.is_probed = True

    def _forget(self, mount: str) -> None:
        """Whatever it answered, it did."""
        with self._lock:
            self._known.pop(mount, None)
