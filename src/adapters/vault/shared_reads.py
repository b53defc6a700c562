"""One read for all who want the same at the same time, or shortly after."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

from .forks import in_children

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class _Shared(Generic[T]):
    began: float
    outcome: Future[T] = field(default_factory=Future)


class SharedReads(Generic[T]):
    """Reads by name; what was read is kept for a while, what failed is not.

    Age counts from the beginning of a read: what changes while it lasts is not hidden for longer.
    """

    def __init__(
        self,
        read: Callable[[str], T],
        *,
        keep: float,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Hold nothing yet.

        Args:
            read: does one read.
            keep: seconds for which its outcome is given to others.
            now: tells the age, in seconds.
        """
        self._read, self._keep, self._now = read, keep, now
        self._forget()
        in_children(self._forget)

    def _forget(self) -> None:
        """Begin with nothing: a read of the parent's never ends in a child process."""
        self._lock = Lock()
        self._shared: dict[str, _Shared[T]] = {}

    def get(self, name: str) -> T:
        """What is under `name`; raises what its read raised."""
        with self._lock:
            shared, is_own = self._joined(name)
        if is_own:
            self._fill(name, shared)
        return shared.outcome.result()

    def forget(self, name: str) -> None:
        """Have the next `get` read again; who waits for a read under way gets that one."""
        with self._lock:
            shared = self._shared.get(name)
            if shared is not None and shared.outcome.done():
                del self._shared[name]

    def _joined(self, name: str) -> tuple[_Shared[T], bool]:
        now = self._now()
        shared = self._shared.get(name)
        if shared is not None and (not shared.outcome.done() or now - shared.began < self._keep):
            return shared, False
        self._drop_old(now)
        self._shared[name] = shared = _Shared(began=now)
        return shared, True

    def _drop_old(self, now: float) -> None:
        # Secrets that nobody asks for any more need not lie in memory.
        for name, shared in list(self._shared.items()):
            if shared.outcome.done() and now - shared.began >= self._keep:
                del self._shared[name]

    def _fill(self, name: str, shared: _Shared[T]) -> None:
        try:
            shared.outcome.set_result(self._read(name))
        except BaseException as exc:  # noqa: BLE001 - whoever waits must not wait for ever
            with self._lock:
                if self._shared.get(name) is shared:
                    del self._shared[name]
            shared.outcome.set_exception(exc)
