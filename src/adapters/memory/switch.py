"""The mains of a memory backend: off, it fails as an unreachable or unwilling server would."""

from __future__ import annotations

from ...domain.errors import PortError


class Switch:
    """Lets every operation through until it is turned off with an error."""

    def __init__(self) -> None:
        self._error: PortError | None = None

    def turn_off(self, error: PortError) -> None:
        """From here on every operation raises `error`."""
        self._error = error

    def turn_on(self) -> None:
        """From here on operations succeed again; what was stored is still there."""
        self._error = None

    def check(self) -> None:
        """Return if the backend is on.

        Raises:
            PortError: it is off.
        """
        if self._error is not None:
            raise type(self._error)(*self._error.args)
