"""Children that wait ready: confined and warmed up before their job comes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, Final

from .attendant import Attendant
from .zygote_child import ZygoteChild
from .zygote_keeper import ZygoteKeeper
from .zygote_process import ServerGone, ZygoteProcess

_QUIET: Final = 0.1
"""Seconds after which a child that was born in a hurry has time to warm up."""


class WarmChildren:
    """A pool of children of one library set, each for one use.

    Args:
        keeper: has the fork server.
        size: how many wait; with 0 each is born when it is needed.
    """

    def __init__(self, keeper: ZygoteKeeper, size: int) -> None:
        self._keeper = keeper
        self._size = size
        self._lock = Lock()
        self._waiting: deque[ZygoteChild] = deque()

    def take(self, seconds: float | None) -> ZygoteChild:
        """A child that waits, or one of the fork server in use; killed after so many seconds.

        Raises:
            SandboxUnavailable: there is no fork server.
        """
        server = self._keeper.server()
        while (child := self._next()) is not None:
            if child.server.is_alive() and not child.is_dead():
                if seconds is not None:
                    child.limit(seconds)
                return child
            child.end()
            child.close()
        return self._born(server, seconds)

    def bounded(self, bounds: Mapping[str, int], seconds: float | None) -> ZygoteChild:
        """A child that is held to more than those that wait; raises as `take`."""
        return self._born(self._keeper.server(), seconds, bounds)

    def facts(self) -> Mapping[str, Any]:
        """What the fork server in use has found out about itself; raises as `take`."""
        return self._keeper.server().facts

    def refill_later(self, attendant: Attendant, is_busy: Callable[[], bool]) -> None:
        """Refill without holding up a run; `is_busy` tells whether others are going on."""
        if self._size:
            attendant.later(lambda: self.refill(is_busy=is_busy()))

    def refill(self, *, is_busy: bool = False) -> None:
        """Have as many born as are missing; nothing is waited for.

        While others run, who is born does not warm up at once: that takes as much of the processor
        as a run, and where runs follow each other they would wait for it.
        """
        server = self._keeper.in_use
        while server is not None and self._is_short():
            try:
                child = ZygoteChild(server, warm_after=_QUIET if is_busy else 0.0)
            except (ServerGone, OSError):
                # The next run starts another fork server, or says what is wrong.
                return
            with self._lock:
                self._waiting.append(child)

    def close(self) -> None:
        """End them all."""
        while (child := self._next()) is not None:
            child.end()
            child.close()

    def _born(
        self,
        server: ZygoteProcess,
        seconds: float | None,
        bounds: Mapping[str, int] | None = None,
    ) -> ZygoteChild:
        try:
            return ZygoteChild(server, seconds=seconds, bounds=bounds)
        except ServerGone:
            return ZygoteChild(self._keeper.server(), seconds=seconds, bounds=bounds)

    def _next(self) -> ZygoteChild | None:
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def _is_short(self) -> bool:
        with self._lock:
            return len(self._waiting) < self._size
