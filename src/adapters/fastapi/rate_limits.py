"""How requests are counted over HTTP: the class of each call, and what an answer says of it.

The headers are those of draft-ietf-httpapi-ratelimit-headers-06, with the window that matters most
to the caller.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from starlette.requests import Request

from ...domain.principal import Scope
from ...domain.rate import RateClass, Standing
from .scopes import Door, Rule

RATE_HEADERS: Final = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")

_CLASSES: Final[Mapping[Rule, RateClass]] = {
    Scope.SUBMIT: RateClass.SUBMIT,
    Scope.WORKFLOWS: RateClass.SUBMIT,
    Scope.SCHEDULES: RateClass.SUBMIT,
    Scope.READ: RateClass.READ,
    Scope.CANCEL: RateClass.CANCEL,
    Scope.ADMIN: RateClass.OPERATE,
    Door.TOKEN: RateClass.OPERATE,
}


def class_of(rule: Rule) -> RateClass | None:
    """What requests under a rule are counted as; None: not at all, as those of probes."""
    return _CLASSES.get(rule)


def note_standing(request: Request, standing: Standing) -> None:
    """Have the answer to a request say where its caller stands."""
    seconds = math.ceil(standing.pause or standing.reset)
    told = (standing.window.amount, standing.remaining, seconds)
    request.scope["state"]["rate_headers"] = dict(zip(RATE_HEADERS, map(str, told), strict=True))


def headers_of(request: Request) -> Mapping[str, str]:
    """What the answer to a request says of it; nothing where it was not counted."""
    found: Mapping[str, str] = request.scope.get("state", {}).get("rate_headers", {})
    return found
