"""How an operator learns whether a dependency works, and what can be relied on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable


class SupportsPing(Protocol):
    """An adapter that can tell whether what is behind it answers."""

    async def ping(self) -> None:
        """Return if it answers.

        Raises:
            PortError: it does not; the message says why.
        """
        ...


Severity = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at: what was found, and what follows from it."""

    subject: str
    severity: Severity
    message: str


@runtime_checkable
class SupportsDiagnosis(Protocol):
    """An adapter that can tell how far what is behind it can be relied on."""

    async def diagnose(self) -> Sequence[Diagnosis]:
        """Look at versions, settings and delays; what may not be looked at is a warning.

        Raises:
            PortError: it does not answer at all.
        """
        ...
