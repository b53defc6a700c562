"""How often somebody may ask: windows, where a caller stands in them, and what follows."""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .errors import BatchTooLarge, RateLimited

_UNITS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_WINDOW: Final = re.compile(r"([0-9]{1,9})/(?:([0-9]{1,5}) ?)?(second|minute|hour|day)s?")

MOST: Final = 100_000
"""Largest amount of a window. What was taken is kept one by one, at some twenty bytes each: so a
caller who uses up a window costs two megabytes at most."""

_SITE_BITS: Final = 64
"""A subscriber of IPv6 has a network of this size at least, and any address in it (RFC 6177)."""


class RateClass(StrEnum):
    """Kinds of requests that are counted apart."""

    SUBMIT = "submit"
    """Submitting tasks, and having them checked; a batch counts as many as it has tasks."""
    READ = "read"
    """Reading results, values, lists, facts and streams."""
    CANCEL = "cancel"
    """Cancelling tasks."""
    OPERATE = "operate"
    """Asking for figures and capabilities."""
    REFUSED = "refused"
    """Coming with a token that is refused; counted for each address."""


@dataclass(frozen=True, slots=True)
class Window:
    """At most `amount` in any stretch of `seconds`."""

    amount: int
    seconds: int

    def __str__(self) -> str:
        unit, size = next(
            (name, size) for name, size in reversed(_UNITS.items()) if self.seconds % size == 0
        )
        count = self.seconds // size
        return f"{self.amount}/{unit}" if count == 1 else f"{self.amount}/{count} {unit}s"


Windows = tuple[Window, ...]
Rates = Mapping[RateClass, Windows]
"""The windows of each class; one without any is not limited."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a caller stands in a window after a request."""

    window: Window
    used: int
    """How much of it is taken."""
    reset: float
    """Seconds until something of that is free again; 0: nothing is taken."""
    pause: float
    """Seconds after which what was refused fits; 0: it did."""

    @property
    def remaining(self) -> int:
        """How much is left."""
        return max(self.window.amount - self.used, 0)


def parse_windows(text: str) -> Windows:
    """Read `100/second, 2000/minute, 10/5 minutes`; empty text is no window.

    Raises:
        ValueError: it is something else; the message says what.
    """
    parts = [part.strip() for part in text.split(",")] if text.strip() else []
    found = tuple(_window(part) for part in parts)
    if len({window.seconds for window in found}) < len(found):
        raise ValueError(f"{text!r} has two windows of the same length: leave one out")
    return found


def _window(text: str) -> Window:
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise ValueError(
            f"{text!r} is no rate: write an amount and a time, as in 100/second or 10/5 minutes"
        )
    amount, count, unit = int(match[1]), int(match[2] or 1), match[3]
    if not 1 <= amount <= MOST:
        raise ValueError(f"{text!r}: an amount is from 1 to {MOST}")
    if not 1 <= count * _UNITS[unit] <= _UNITS["day"]:
        raise ValueError(f"{text!r}: a window is from a second to a day")
    return Window(amount, count * _UNITS[unit])


def check_cost(cost: int, windows: Sequence[Window]) -> None:
    """Return if a request of that cost can ever fit.

    Raises:
        BatchTooLarge: it is more than a whole window.
    """
    least = min(windows, key=lambda window: window.amount)
    if cost > least.amount:
        raise BatchTooLarge(
            f"the batch has {cost} tasks, and your rate limit is {least}: send at most "
            f"{least.amount} at once"
        )


def tightest(standings: Sequence[Standing]) -> Standing:
    """The window to tell a caller of: the one that holds them up, else the one nearest to it."""
    return max(standings, key=lambda one: (one.pause, -one.remaining, one.reset))


def check_standing(standing: Standing, kind: RateClass) -> None:
    """Return if the request fitted.

    Raises:
        RateLimited: it did not; says when to come back.
    """
    if standing.pause > 0:
        raise too_often(f"the limit of {kind} requests is {standing.window}", standing.pause)


def too_often(text: str, pause: float) -> RateLimited:
    """The error for a request that has to wait for `pause` seconds."""
    error = RateLimited(f"{text}: try again in {math.ceil(pause)} seconds")
    error.retry_after = pause
    return error


def site_of(client: str) -> str:
    """Whose an address is: itself, or the network of a subscriber of IPv6."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if address.version == 4:
        return client
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), _SITE_BITS), strict=False))
