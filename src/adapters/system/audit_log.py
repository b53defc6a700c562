"""The audit log as lines of JSON through Python's logging."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Final

from ...domain.audit import AuditEvent

LOGGER: Final = "fleeting.audit"
"""Whoever runs the process decides where its lines go."""

_LEVELS: Final = {"allowed": logging.INFO, "denied": logging.WARNING, "limited": logging.WARNING}


class LoggedAudit:
    """`AuditLog` on the logger `fleeting.audit`: each event a line of ASCII, a JSON object."""

    def __init__(self) -> None:
        self._logger = logging.getLogger(LOGGER)

    def record(self, event: AuditEvent) -> None:
        level = _LEVELS[event.outcome]
        # The level alone: a formatted line costs more than everything else here.
        if self._logger.isEnabledFor(level):
            self._logger.log(level, "%s", line(event, datetime.now(UTC)))


def line(event: AuditEvent, at: datetime) -> str:
    """The event as one line; members that are empty are left out.

    Escapes of everything but printable ASCII keep a stranger's words on the line they belong to.
    """
    said: dict[str, object] = {
        "time": at.isoformat(timespec="milliseconds"),
        "action": event.action,
        "outcome": event.outcome,
        "reason": event.reason,
        "subject": event.subject,
        "namespace": event.namespace,
        "functions": event.functions,
        "keys": event.keys,
        "secrets": event.secrets,
        "request_id": event.request_id,
        "client": event.client,
    }
    return json.dumps({name: value for name, value in said.items() if value})
