"""A token that somebody was given, and when something has to be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final, Self

_AT: Final = 2 / 3
"""Part of its life after which a token is renewed: two attempts fit into what is left."""

_SPREAD: Final = 0.1
"""By how much sooner, at most: workers that were started together do not renew together."""

_ENDING: Final = 1 / 2
"""A renewal that gives less than this part of the first life has come near the greatest age."""

_LOGIN_PAUSES: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 60, 300, 960))
"""Between logins that were refused. Vault locks a role out for 15 minutes once five of its logins
were refused, and forgets them after 15 minutes without one: so the fifth comes later than that.
Workers of a role share that count, which is why attempts become rare soon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token of this process; shown without its text."""

    text: str = field(repr=False)
    duration: timedelta = timedelta(0)
    """How long it lives unless it is renewed; zero: it does not end by itself."""
    first_duration: timedelta = timedelta(0)
    """How long it was given at first."""
    renewable: bool = False
    since: float = 0
    """When it was given, or renewed, by the session's clock, in seconds."""

    @classmethod
    def of(cls, auth: Mapping[str, Any], *, since: float) -> Self:
        """From the part `auth` of an answer."""
        duration = timedelta(seconds=auth.get("lease_duration") or 0)
        return cls(
            text=auth["client_token"],
            duration=duration,
            first_duration=duration,
            renewable=bool(auth.get("renewable")),
            since=since,
        )

    def renewed(self, auth: Mapping[str, Any], *, since: float) -> Self:
        """The same after a renewal."""
        duration = timedelta(seconds=auth.get("lease_duration") or 0)
        renewable = bool(auth.get("renewable"))
        return replace(self, duration=duration, renewable=renewable, since=since)

    @property
    def ends(self) -> bool:
        """Whether it ends by itself."""
        return self.duration > timedelta(0)

    def has_ended(self, now: float) -> bool:
        """Whether it is of no use any more."""
        return self.ends and now >= self.since + self.duration.total_seconds()

    def due(self, draw: float) -> float:
        """When to renew it or to log in anew, for a random `draw` in [0, 1)."""
        return self.since + self.duration.total_seconds() * _AT * (1 - _SPREAD * draw)

    @property
    def is_ending(self) -> bool:
        """Whether no renewal helps much longer, so that a login has to."""
        return not self.renewable or self.duration < self.first_duration * _ENDING


def login_pause(refusals: int) -> timedelta:
    """How long to leave a login alone that was refused so many times in a row."""
    return _LOGIN_PAUSES[min(refusals, len(_LOGIN_PAUSES)) - 1]
