from __future__ import annotations

from fleeting.adapters.memory.clock import ManualClock
from fleeting.usecases.known_quarantines import KnownQuarantines


async def test_where_none_can_be_kept_nothing_is_refused() -> None:
    await KnownQuarantines(None, clock=ManualClock()).check("", "d" * 64)
