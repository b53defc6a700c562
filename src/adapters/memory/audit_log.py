"""The audit log as a list, for tests."""

from __future__ import annotations

from ...domain.audit import AuditEvent


class MemoryAuditLog:
    """`AuditLog` that keeps everything as long as it lives."""

    def __init__(self) -> None:
        self.events: list[AuditEvent] = []
        """What was recorded, the latest last."""

    def record(self, event: AuditEvent) -> None:
        self.events.append(event)
