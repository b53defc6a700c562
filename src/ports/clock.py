"""Time, as the use cases see it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """The process's own clock; leases do not use it, they live on the store's."""

    def now(self) -> datetime:
        """The wall clock, aware UTC."""
        ...

    def elapsed(self) -> timedelta:
        """Time since some fixed moment; never goes back."""
        ...

    def sleep(self, pause: timedelta) -> None:
        """Block the calling thread for `pause`."""
        ...
