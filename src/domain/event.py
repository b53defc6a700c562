"""What is announced when a task changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .result import Status
from .result_key import Address

EventKind = Literal["status", "progress"]


@dataclass(frozen=True, slots=True)
class Event:
    """An announcement: look at that task again.

    Announcements come at least once and may be late; the record is the truth.
    """

    id: str
    """Position in the namespace's stream, as `EventFeed.read` takes it."""
    address: Address
    kind: EventKind
    status: Status
    attempt: int
