"""What the task benchmarks ask of whoever runs tasks; `subjects` has those who do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .child import Child

Call = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a subject stands: an empty server of its own, and a folder for its logs."""

    url: str
    logs: Path


class Client(Protocol):
    """The side that submits; made for one server."""

    def fill(self, count: int) -> None:
        """Queue so many tasks, one submission each."""
        ...

    def stored(self) -> int:
        """How many results are stored, as cheaply as can be; a constant too many is no harm."""
        ...

    def calls(self) -> Mapping[str, Call]:
        """By the subject's name: submit one task and return its value, having waited for it."""
        ...


class Platform(Protocol):
    """One way to run tasks."""

    @property
    def name(self) -> str:
        """The subject's name."""
        ...

    @property
    def pace(self) -> int:
        """Roughly how many tasks it runs in a second: what a drain's length is chosen by."""
        ...

    def workers(self, ground: Ground) -> Child:
        """Start the workers, two tasks at a time where they can; does not wait for them."""
        ...

    def client(self, ground: Ground) -> AbstractContextManager[Client]:
        """Connect to the same server."""
        ...
