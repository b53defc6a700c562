"""Log lines: readable on a terminal, one JSON object a line everywhere else."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final, TextIO

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


def configure(level: str, stream: TextIO = sys.stderr) -> None:
    """Send everything of `level` and above to `stream`; replaces what was configured before."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        logging.Formatter(_READABLE, "%H:%M:%S") if stream.isatty() else JsonFormatter()
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
