"""The contracts of the three ports in `ports.result_store`."""

from __future__ import annotations

from .open_tasks import OpenTasksContract
from .result_reader import ResultReaderContract
from .result_writer import ResultWriterContract

__all__ = ["OpenTasksContract", "ResultReaderContract", "ResultWriterContract"]
