"""What a sandbox was seen to hold back: the proof behind the name of a level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .isolation import Isolation


@dataclass(frozen=True, slots=True)
class Check:
    """One forbidden thing that a run of this installation has tried."""

    name: str
    """What was tried, as in `read a file outside`."""
    found: str
    """What came of it, as in `EACCES`, or `done`."""
    holds: bool
    """Whether that is what the level promises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """What was found when a sandbox was started."""

    asked: Isolation
    effective: Isolation
    """The strongest level whose checks all hold."""
    files: Literal["landlock", "landlock-reading", "sealed"]
    """How files are kept away: by Landlock, by Landlock before ABI 3, or no file can be opened."""
    landlock_abi: int
    """0 where there is none."""
    filter_sha256: str
    """Of the filter of system calls."""
    user: int
    """The user that runs run as."""
    kernel: str
    machine: str
    checks: tuple[Check, ...]

    @property
    def failing(self) -> tuple[Check, ...]:
        """The checks that do not hold."""
        return tuple(check for check in self.checks if not check.holds)
