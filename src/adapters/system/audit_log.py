"""The audit log as lines of JSON through Python's logging."""

from __future__ import annotations

import json.encoder
import logging
from datetime import UTC, datetime
from typing import Final

from ...domain.audit import AuditEvent

LOGGER: Final = "fleeting.audit"
"""Whoever runs the process decides where its lines go."""

_quoted: Final = json.encoder.encode_basestring_ascii
"""A text as JSON has it, in ASCII."""

_LEVELS: Final = {"allowed": logging.INFO, "denied": logging.WARNING, "limited": logging.WARNING}


class LoggedAudit:
    """`AuditLog` on the logger `fleeting.audit`: each event a line of ASCII, a JSON object."""

    def __init__(self) -> None:
        self._logger = logging.getLogger(LOGGER)

    def record(self, event: AuditEvent) -> None:
        level = _LEVELS[event.outcome]
        if self._logger.isEnabledFor(level):
            text = line(event, datetime.now(UTC))
            # Not by `log`, which would look for the caller's file and line: half of the cost.
            self._logger.handle(logging.LogRecord(LOGGER, level, "", 0, text, None, None))


def line(event: AuditEvent, at: datetime) -> str:
    """The event as one line; members that are empty are left out.

    Escapes of everything but printable ASCII keep a stranger's words on the line they belong to.
    """
    texts = {
        "time": at.isoformat(timespec="milliseconds"),
        "action": event.action,
        "outcome": event.outcome,
        "reason": event.reason,
        "subject": event.subject,
        "namespace": event.namespace,
        "request_id": event.request_id,
        "client": event.client,
    }
    lists = {"functions": event.functions, "keys": event.keys, "secrets": event.secrets}
    # By hand, as there is a line for every request: `dumps` takes three times as long.
    said = [f'"{name}": {_quoted(text)}' for name, text in texts.items() if text]
    said += [f'"{name}": [{", ".join(map(_quoted, all_))}]' for name, all_ in lists.items() if all_]
    return f"{{{', '.join(said)}}}"
