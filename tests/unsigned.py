"""What reads messages in tests that are about something else than who signed them."""

from __future__ import annotations

from fleeting.adapters.system.clock import SystemClock
from fleeting.domain.limits import Limits
from fleeting.usecases.open_message import OpenMessage


def unsigned() -> OpenMessage:
    """Takes messages of anybody."""
    return OpenMessage(
        Limits(), clock=SystemClock(), verifier=None, queues=(), accept_unsigned=True
    )
