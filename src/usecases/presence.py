"""A worker's presence: announced while it works, withdrawn when it stops."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from ..domain.worker_facts import WorkerFacts
from ..ports.fleet import FleetRegister

EVERY: Final = timedelta(seconds=10)
"""Between two announcements: a trifle for the store, and soon enough for a person."""

_KEEP: Final = 3 * EVERY
"""How long one counts: two may be missed before the worker is taken for gone."""


class Presence:
    """Shows one worker to the API.

    Args:
        register: where workers are shown; None: this installation has no such place.
        facts: what the worker gives at the moment; its sandbox may have been proven anew.
    """

    def __init__(self, register: FleetRegister | None, facts: Callable[[], WorkerFacts]) -> None:
        self._register = register
        self._facts = facts
        self._shown: str | None = None

    def announce(self) -> None:
        """Show the worker as it is.

        Raises:
            PortError: the store does not answer, or the sandbox cannot be started.
        """
        if self._register is not None:
            facts = self._facts()
            self._register.announce(facts, keep=_KEEP)
            self._shown = facts.worker

    def withdraw(self) -> None:
        """Show it no longer.

        Raises:
            PortError: the store does not answer; then its announcement runs out by itself.
        """
        if self._register is not None and self._shown is not None:
            self._register.withdraw(self._shown)
