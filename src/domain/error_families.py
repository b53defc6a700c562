"""The root of every error, and its five families: who can act on it.

Standard library only, and little of it, because each run's process loads this module.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing alone would take a sandbox child as long as fifty runs of a function
    from typing import ClassVar


class FleetingError(Exception):
    """Base of every error of this package; catch it to catch them all."""

    code: ClassVar[str] = "fleeting_error"
    """Stable machine-readable name: the class name in snake case."""

    retryable: ClassVar[bool] = False
    """True where the same call may succeed later without any change."""

    retry_after: float | None = None
    """Seconds after which the same call may succeed, where that is known."""

    exception: str | None = None
    """Name of the exception's type, where a script raised one."""

    traceback: str | None = None
    """The script's own frames as Python prints them, where a script raised an exception."""

    line: int | None = None
    """Line of the source to blame, counted from 1, where there is one."""

    path: str | None = None
    """Place that strict JSON cannot carry, as in `$.rows[3].when`, where that is what failed."""

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        words = r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])"
        cls.code = re.sub(words, "_", cls.__name__).lower()

    @property
    def message(self) -> str:
        """The text for a person, without the class name."""
        return str(self.args[0]) if self.args else (self.__class__.__doc__ or self.code).strip()


class RequestError(FleetingError):
    """The request cannot be served as it is: change it."""


class ResultError(FleetingError):
    """A result is not in the state that the call needs."""


class RunError(FleetingError):
    """The run of a script did not yield a value."""


class PortError(FleetingError):
    """Something that this process depends on failed."""


class ConfigurationError(FleetingError):
    """The installation is not set up right: its operator can mend it."""
