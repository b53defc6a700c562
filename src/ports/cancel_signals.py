"""How a worker hears at once that a run shall end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ..domain.result_key import Address


class CancelSignals(Protocol):
    """Signals take milliseconds, but may be missed: the mark in the record is the truth."""

    def listen(self, on_cancel: Callable[[Address], None]) -> Callable[[], None]:
        """Call `on_cancel` from another thread for every cancellation requested from here on.

        Listens again by itself after the connection was lost. Returns a function that stops
        listening; after it has returned, `on_cancel` is not called any more.
        """
        ...
