"""The values that everybody retrieves: a hundred of 200 bytes, among keys of others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import redis
from pydantic import BaseModel

from fleeting.domain.change import Change
from fleeting.domain.isolation import Isolation
from fleeting.domain.result import Record
from fleeting.domain.result_key import ResultKey
from fleeting.domain.source import digest
from fleeting.entrypoints.adapters import result_store
from fleeting.ports.bundles import StoreOptions

FUNCTION: Final = "quote"
COUNT: Final = 100

_SIZE: Final = 200
_LIFE: Final = timedelta(hours=1)
"""Longer than any round."""


class Quote(BaseModel):
    """What the plain endpoint declares as its `response_model`; fleeting is never told."""

    symbol: str
    bid: float
    ask: float
    volume: int
    venues: list[str]
    note: str


def store(url: str, *, foreign_keys: int) -> None:
    """Write the results, as a worker does, and beside them so many plain strings."""
    _store_foreign(url, foreign_keys)
    adapter = result_store(url, StoreOptions())
    try:
        adapter.writer.store([_change(number) for number in range(COUNT)])
    finally:
        adapter.close()


def _store_foreign(url: str, count: int) -> None:
    value = "x" * _SIZE
    with redis.Redis.from_url(url) as client:
        for start in range(0, count, 1000):
            client.mset({f"foreign:{n}": value for n in range(start, min(start + 1000, count))})


def _change(number: int) -> Change:
    value = _value(number)
    at = datetime.now(UTC)
    queued = Record(
        key=str(ResultKey.make(FUNCTION, at, f"{number:016x}")),
        function=FUNCTION,
        source_digest=digest(""),
        submitted_at=at,
        deadline=at + _LIFE,
        ttl=_LIFE,
    )
    done = queued.running(at=at, worker="benchmark").succeeded(
        at=at,
        value_bytes=len(value),
        run_time=timedelta(milliseconds=1),
        isolation=Isolation.PROCESS,
        output="",
    )
    return Change(record=done, expected=None, value=value, keep=_LIFE)


def _value(number: int) -> bytes:
    quote = Quote(
        symbol=f"ACME{number:04}",
        bid=100 + number / 8,
        ask=100.25 + number / 8,
        volume=1000 * number,
        venues=["XETRA", "LSE", "NYSE"],
        note="",
    )
    missing = _SIZE - len(quote.model_dump_json())
    return quote.model_copy(update={"note": "n" * missing}).model_dump_json().encode()
