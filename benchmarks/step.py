"""One piece of a round: what is measured on its own, may fail on its own, and can be left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .environments import Environment
from .paces import Paces
from .profile import Profile
from .rows import Measured


@dataclass(frozen=True, slots=True)
class Session:
    """What the steps of all rounds share."""

    profile: Profile
    paces: Paces = field(default_factory=Paces)


@dataclass(frozen=True, slots=True)
class Step:
    """Its name is the subject's, where there is one."""

    name: str
    run: Callable[[], Iterable[Measured]]
    environment: Environment | None = None
    """What must be installed for it."""
