"""Parcels without a broker."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from fleeting.adapters.celery.lane.parcel import LaneRequest, Parcel
from fleeting.domain.limits import Limits
from fleeting.domain.message import decode

SECOND = timedelta(seconds=1)


def a_message(number: int = 0, **headers: Any) -> Any:
    kwargs = {
        "key": f"add_1763683200000_{number:016x}",
        "function": "add",
        "source": "pass",
        "args": [number],
    }
    return SimpleNamespace(
        headers={"task": "fleeting.run", "id": f"id-{number}"} | headers,
        payload=[[], kwargs, {}],
    )


def a_parcel(number: int = 0) -> Parcel:
    message = a_message(number)
    request = LaneRequest(message, SimpleNamespace(name="fleeting.run"), lambda _: None, print)
    return Parcel(message, decode(message.payload[1], limits=Limits()), request)
