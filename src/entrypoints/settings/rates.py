"""Settings of how often callers may ask, and what happens where nobody can count."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, field_validator

from ...domain.rate import RateClass, Rates, parse_windows


class RateSettings(BaseModel):
    """Rate limits."""

    rate_submit: str = ""
    """Tasks that a principal may submit or have checked, as in `100/second, 2000/minute`: each
    window holds by itself, the short one for bursts and the long one for the day. A batch counts
    as many as it has tasks. Empty: no limit, because the right one depends on what runs here, and
    counting costs each request a round trip. See [Limit rates](../how-to/limit-rates.md)."""

    rate_read: str = ""
    """Requests with which a principal may read results, lists, facts and streams. Empty: no
    limit."""

    rate_cancel: str = ""
    """Tasks that a principal may cancel. Empty: no limit."""

    rate_operate: str = ""
    """Requests of a principal for `/metrics` and `/capabilities`. Empty: no limit."""

    rate_refused: str = ""
    """Tokens that may be refused to one address before it is turned away unlooked at; an IPv6
    address counts with its /64. Empty: no limit, because behind a proxy that is not among
    `api_trusted_proxies` all requests come from one address, and one stranger could have everybody
    turned away."""

    rate_when_away: Literal["open", "closed"] = "open"
    """What happens to requests while Redis cannot count them: `open` lets them through, `closed`
    answers 503. Open, because a limit is there to keep the service going: what a flood could do
    meanwhile needs the same Redis."""

    @field_validator("rate_submit", "rate_read", "rate_cancel", "rate_operate", "rate_refused")
    @classmethod
    def _is_readable(cls, text: str) -> str:
        parse_windows(text)
        return text

    @property
    def rates(self) -> Rates:
        """The windows of each class."""
        given = {kind: str(getattr(self, f"rate_{kind}")) for kind in RateClass}
        return {kind: parse_windows(text) for kind, text in given.items() if text.strip()}
