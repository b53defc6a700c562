"""Log lines: readable on a terminal, one JSON object a line everywhere else."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler
from typing import Final, TextIO

from ..adapters.system.audit_log import LOGGER as AUDIT
from ..domain.errors import InvalidSetting

_READABLE: Final = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


class JsonFormatter(logging.Formatter):
    """One JSON object a line, as log collectors read it."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, message, and the traceback where there is one."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class _Bare(logging.Formatter):
    """The message as it is: it is a whole line already."""

    def format(self, record: logging.LogRecord) -> str:
        return record.getMessage()


def configure_audit(target: str, stream: TextIO = sys.stderr) -> None:
    """Send the audit log to `stderr`, to a file, or nowhere (`off`); it goes nowhere else.

    A file that was moved away, as by logrotate, is made again.

    Raises:
        InvalidSetting: the file cannot be written.
    """
    logger = logging.getLogger(AUDIT)
    logger.propagate = False
    logger.setLevel(logging.CRITICAL if target == "off" else logging.INFO)
    try:
        handler = (
            logging.StreamHandler(stream)
            if target in ("stderr", "off")
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


def configure(level: str, stream: TextIO = sys.stderr) -> None:
    """Send everything of `level` and above to `stream`; replaces what was configured before."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        logging.Formatter(_READABLE, "%H:%M:%S") if stream.isatty() else JsonFormatter()
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
