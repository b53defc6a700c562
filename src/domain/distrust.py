"""Why a message is not taken as a submission."""

from __future__ import annotations

from enum import StrEnum

from .errors import TaskNotTrusted


class Distrust(StrEnum):
    """What is wrong with a message's signature, in a word to count by."""

    UNSIGNED = "unsigned"
    UNKNOWN_SIGNER = "unknown_signer"
    ALTERED = "altered"
    EXPIRED = "expired"
    MISDIRECTED = "misdirected"
    """Signed for another queue than those of this worker."""
    OVERREACHING = "overreaching"
    """Its signer may not speak for that principal or namespace."""


def distrusted(reason: Distrust, text: str) -> TaskNotTrusted:
    """The error for a message that nobody who is trusted has sent as it is."""
    error = TaskNotTrusted(f"the queued message is not trusted: {text}")
    error.reason = reason
    return error
