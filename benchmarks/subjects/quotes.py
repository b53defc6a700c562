"""The values that everybody retrieves, of 200 bytes each, among keys of others."""

from __future__ import annotations

from collections.abc import Sequence
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

_SIZE: Final = 200
_LIFE: Final = timedelta(hours=1)
"""Longer than any round."""


_AT_ONCE: Final = 500
"""Results in one write, and foreign keys in a hundredth of one script."""

_FILL: Final = """
for number = ARGV[1], ARGV[2] do redis.call('SET', 'foreign:' .. number, ARGV[3]) end
"""
"""Foreign keys are written by the server itself: a million of them in about a second."""


class Quote(BaseModel):
    """What the plain endpoint declares as its `response_model`; fleeting is never told."""

    symbol: str
    bid: float
    ask: float
    volume: int
    venues: list[str]
    note: str


def function(count: int) -> str:
    """The function that has so many values."""
    return f"quote_{count}"


def store(url: str, *, counts: Sequence[int], foreign_keys: int) -> None:
    """Write the results of each function, as a worker does, and beside them plain strings."""
    _store_foreign(url, foreign_keys)
    adapter = result_store(url, StoreOptions())
    try:
        for count in counts:
            for start in range(0, count, _AT_ONCE):
                numbers = range(start, min(start + _AT_ONCE, count))
                adapter.writer.store([_change(function(count), number) for number in numbers])
    finally:
        adapter.close()


def _store_foreign(url: str, count: int) -> None:
    step = 100 * _AT_ONCE
    with redis.Redis.from_url(url) as client:
        for start in range(0, count, step):
            client.eval(_FILL, 0, start, min(start + step, count) - 1, "x" * _SIZE)


def _change(name: str, number: int) -> Change:
    value = _value(number)
    at = datetime.now(UTC)
    queued = Record(
        key=str(ResultKey.make(name, at, f"{number:016x}")),
        function=name,
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
