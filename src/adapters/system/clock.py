"""The machine's clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class SystemClock:
    """`Clock` on the operating system."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def elapsed(self) -> timedelta:
        return timedelta(microseconds=time.monotonic_ns() // 1000)

    def sleep(self, pause: timedelta) -> None:
        time.sleep(max(0.0, pause.total_seconds()))
