"""How an operator learns whether a dependency works."""

from __future__ import annotations

from typing import Protocol


class SupportsPing(Protocol):
    """An adapter that can tell whether what is behind it answers."""

    async def ping(self) -> None:
        """Return if it answers.

        Raises:
            PortError: it does not; the message says why.
        """
        ...
