"""Wait for a store that is away, because giving up would lose work that is done."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeVar

from ..domain.errors import StoreDenied, StoreUnavailable
from ..ports.clock import Clock

_log: Final = logging.getLogger(__name__)
_T = TypeVar("_T")

_PAUSES: Final = tuple(timedelta(seconds=s) for s in (0.1, 0.2, 0.5, 1, 2))
"""Pauses between tries; the last repeats: a store that is back is noticed in two seconds."""


def insist(call: Callable[[], _T], clock: Clock) -> _T:
    """Call until the store answers, for as long as it takes.

    Refused credentials are waited for too: a rotated password reaches this process sooner or
    later, and a finished run must not be lost in between.
    """
    tries = 0
    while True:
        try:
            return call()
        except (StoreUnavailable, StoreDenied) as exc:
            if tries == 0:
                _log.warning("waiting for the store: %s", exc)
            clock.sleep(_PAUSES[min(tries, len(_PAUSES) - 1)])
            tries += 1
