"""How HTTP and the reading behind it compare: submission and retrieval."""

from __future__ import annotations

from typing import Final

from .ratio import less, more
from .rows import Place
from .values import USUAL_CONNECTIONS, USUAL_VALUES, case

Places = tuple[Place, Place]

_FEW_KEYS: Final = 1_000
_MANY_KEYS: Final = 1_000_000
_MANY: Final = case(USUAL_VALUES, _MANY_KEYS)
_AT_16: Final = case(USUAL_VALUES, _MANY_KEYS, USUAL_CONNECTIONS)
_SINGLE: Final = "single, 16 connections"
_BATCH: Final = "batch of 100, 16 connections"

_PORT: Final = Place("values", "fleeting's port", _MANY)
_FETCH: Final = Place("values", "bare redis-py", _MANY)
_HTTP: Final = Place("values", "fleeting over http", _AT_16)
_LISTS: Final = (_HTTP, Place("values", "fastapi response_model", _AT_16))


def _submit(case: str, beside: str) -> Places:
    return (
        Place("submit", "fleeting over http", case),
        Place("submit", "fastapi apply_async", beside),
    )


RATIOS: Final = (
    more(
        "submit_single_vs_apply_async",
        "calls_per_second",
        _submit(_SINGLE, _SINGLE),
        "Submissions a second at 16 connections: fleeting over FastAPI with `apply_async`",
        bar=2,
    ),
    more(
        "submit_batch_vs_apply_async",
        "calls_per_second",
        _submit(_BATCH, _SINGLE),
        "Calls a second: fleeting in batches of 100 over single requests with `apply_async`",
        bar=40,
    ),
    more(
        "submit_batch_vs_apply_async_batch",
        "calls_per_second",
        _submit(_BATCH, _BATCH),
        "Calls a second, both in requests of 100",
    ),
    more(
        "values_http_vs_response_model",
        "calls_per_second",
        _LISTS,
        "Lists of 100 values a second at 16 connections: fleeting over a `response_model` endpoint",
        bar=3,
    ),
    less("values_http_p99_vs_response_model", "p99_ms", _LISTS, "p99 of the same", bar=0.5),
    less(
        "values_http_cpu_vs_fetch",
        "cpu_us_per_call",
        (_HTTP, _FETCH),
        "CPU time of fleeting's API for such a list over that of a bare fetch with redis-py",
        bar=2.5,
    ),
    less(
        "values_port_vs_fetch",
        "p50_ms",
        (_PORT, _FETCH),
        "p50 of fleeting's Redis port over that of the bare fetch",
    ),
    less(
        "values_many_keys_vs_few",
        "p50_ms",
        (_PORT, _PORT._replace(case=case(USUAL_VALUES, _FEW_KEYS))),
        "p50 of fleeting's Redis port among a million other keys over that among a thousand",
    ),
    less(
        "values_commands_1m_vs_1k",
        "redis_commands",
        (_PORT, _PORT._replace(case=case(USUAL_VALUES, _FEW_KEYS))),
        "Redis commands for 100 values among a million other keys over those among a thousand",
        bar=1,
    ),
)
