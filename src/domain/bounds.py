"""What a run may use beyond time and memory, and which isolation it takes to hold it to that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from .errors import InvalidTask, IsolationUnavailable
from .isolation import Isolation

Mode = Literal["fresh", "reuse"]
"""Whether a run has a process of its own, or may share one with runs of the same source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Limits of one run beside its time and memory; what is not named is not limited or given."""

    cpu_time: timedelta | None = None
    """Processor time of all its threads; enforced in whole seconds, rounded up."""
    threads: int | None = None
    """Most threads at a time, the first one included."""
    scratch_bytes: int = 0
    """Room for files under /tmp."""
    network: tuple[str, ...] = ()
    """What it may connect to, each as `tcp:host:port`."""

    @property
    def asked(self) -> tuple[str, ...]:
        """The options of a task that these come from."""
        named = {
            "cpu_seconds": self.cpu_time is not None,
            "threads": self.threads is not None,
            "scratch_mb": self.scratch_bytes > 0,
            "network": bool(self.network),
        }
        return tuple(name for name, is_asked in named.items() if is_asked)


UNBOUNDED = Bounds()

_WEAKEST = {
    "cpu_seconds": Isolation.PROCESS,
    "threads": Isolation.CONFINED,
    "scratch_mb": Isolation.ISOLATED,
    "network": Isolation.CONFINED,
}
"""The level that it takes to enforce each."""


def check_enforced(bounds: Bounds, in_force: Isolation) -> None:
    """Return if all of `bounds` can be enforced at a level.

    Raises:
        IsolationUnavailable: one takes a stronger level; nothing is ignored silently.
    """
    for name in bounds.asked:
        if _WEAKEST[name] > in_force:
            raise IsolationUnavailable(
                f"{name} takes isolation {_WEAKEST[name]}, and {in_force} is in force: leave it "
                f"out, or have the operator set FLEETING_ISOLATION={_WEAKEST[name]}"
            )


def check_mode(mode: Mode | None, bounds: Bounds) -> None:
    """Return if a run can have its process in that way.

    Raises:
        InvalidTask: it would share a process that is held to limits of one run alone.
    """
    if mode == "reuse" and bounds.asked:
        raise InvalidTask(
            f"mode reuse does not go with {', '.join(bounds.asked)}, which hold for a process of "
            "one run: leave one of them out"
        )
