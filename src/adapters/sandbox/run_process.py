"""What a conversation needs of the process that it is held with, however that was started."""

from __future__ import annotations

import socket
from typing import Final, Protocol

LAST_BREATH: Final = 1.0
"""Seconds in which a process that has closed its channel may still die by itself."""


class RunProcess(Protocol):
    """A process that waits for a job; all of it may be asked from one thread, `kill` from any."""

    @property
    def channel(self) -> socket.socket:
        """Where the job goes and answers come; does not block."""
        ...

    @property
    def is_up(self) -> bool:
        """Whether it has said before that it is ready."""
        ...

    @property
    def says_started(self) -> bool:
        """Whether it says so before the script comes, unless it is up."""
        ...

    def has_read_job(self) -> bool:
        """Whether the whole job has left the channel, as long as it lives."""
        ...

    @property
    def used_cpu(self) -> float | None:
        """Seconds of processor time that it has taken, once it has ended and that is known."""
        ...

    @property
    def output(self) -> int:
        """Descriptor of what it prints; does not block."""
        ...

    def kill(self) -> None:
        """End it with all that it has started."""
        ...

    def is_dead(self) -> bool:
        """Whether it has died."""
        ...

    def dies(self) -> bool:
        """Whether it dies by itself at once, its channel being closed."""
        ...

    def end(self) -> int:
        """Kill it and wait; the exit status as `subprocess` has it: negative for a signal."""
        ...

    def dismiss(self) -> None:
        """End it now that it has answered; it may take a moment more to be gone."""
        ...

    def close(self) -> None:
        """Close what is open to it; it has ended, or was dismissed."""
        ...
