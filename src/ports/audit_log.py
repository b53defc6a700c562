"""Where decisions are kept: who asked for what, and what came of it."""

from __future__ import annotations

from typing import Protocol

from ..domain.audit import AuditEvent


class AuditLog(Protocol):
    """Keeps events in the order in which they happened; callable from any thread."""

    def record(self, event: AuditEvent) -> None:
        """Keep an event; every member of it that is not empty can be read from what is kept.

        What a stranger chose (a subject, a key) cannot begin a line of its own or pass for another
        member. Does not raise: a request is not refused because its decision cannot be kept.
        """
        ...
