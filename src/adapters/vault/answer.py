"""What Vault answers, in one form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The parts of an answer that somebody has use for; shown without what may be secret."""

    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What was asked for."""
    auth: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The token that was issued or renewed, and what belongs to it."""
    lease_id: str = ""
    lease_duration: timedelta = timedelta(0)
    is_renewable: bool = False
    wrapping_token: str = field(default="", repr=False)
    """What the answer can be fetched with, where it was asked to be wrapped."""

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """From the JSON of an answer; a body without the usual parts is data altogether."""
        if "request_id" not in body:
            return cls(data=body)
        return cls(
            data=body.get("data") or {},
            auth=body.get("auth") or {},
            lease_id=body.get("lease_id") or "",
            lease_duration=timedelta(seconds=body.get("lease_duration") or 0),
            is_renewable=bool(body.get("renewable")),
            wrapping_token=(body.get("wrap_info") or {}).get("token", ""),
        )
