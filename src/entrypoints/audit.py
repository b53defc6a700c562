"""The audit log that the settings name: a stream, a file, or none."""

from __future__ import annotations

import logging
import sys
from logging.handlers import WatchedFileHandler
from typing import Final, TextIO

from ..adapters.system.audit_log import LOGGER, LoggedAudit
from ..domain.errors import InvalidSetting
from ..ports.audit_log import AuditLog

OFF: Final = "off"


def make(target: str) -> AuditLog | None:
    """What keeps decisions; None where nobody does, so that none is written down for nothing."""
    return None if target == OFF else LoggedAudit()


class _Bare(logging.Formatter):
    """The message as it is: it is a whole line already."""

    def format(self, record: logging.LogRecord) -> str:
        return record.getMessage()


def configure(target: str, stream: TextIO = sys.stderr) -> None:
    """Send the audit log to `stderr`, to a file, or nowhere (`off`); it goes nowhere else.

    A file that was moved away, as by logrotate, is made again.

    Raises:
        InvalidSetting: the file cannot be written.
    """
    logger = logging.getLogger(LOGGER)
    logger.propagate = False
    logger.setLevel(logging.CRITICAL if target == OFF else logging.INFO)
    try:
        handler = (
            logging.StreamHandler(stream)
            if target in ("stderr", OFF)
            else WatchedFileHandler(target, encoding="utf-8")
        )
    except OSError as exc:
        raise InvalidSetting(
            f"FLEETING_AUDIT names {target}, which cannot be written: {exc.strerror}"
        ) from None
    handler.setFormatter(_Bare())
    for old in list(logger.handlers):
        logger.removeHandler(old)
        old.close()
    logger.addHandler(handler)
