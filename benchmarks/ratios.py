"""The comparisons that matter, by name."""

from __future__ import annotations

from typing import Final

from .ratio import less, more
from .rows import Place

Places = tuple[Place, Place]

_MANY: Final = "among 100,000 keys"
_AT_16: Final = f"{_MANY}, 16 connections"
_SINGLE: Final = "single, 16 connections"
_BATCH: Final = "batch of 100, 16 connections"

_PORT: Final = Place("values", "fleeting's port", _MANY)
_FETCH: Final = Place("values", "bare redis-py", _MANY)
_HTTP: Final = Place("values", "fleeting over http", _AT_16)
_LISTS: Final = (_HTTP, Place("values", "fastapi response_model", _AT_16))


def _drain(subject: str, beside: str = "celery prefork") -> Places:
    return Place("drain", subject), Place("drain", beside)


def _latency(subject: str) -> Places:
    return Place("latency", subject), Place("latency", "celery prefork")


def _submit(case: str, beside: str) -> Places:
    return (
        Place("submit", "fleeting over http", case),
        Place("submit", "fastapi apply_async", beside),
    )


RATIOS: Final = (
    more(
        "drain_process_vs_celery",
        "tasks_per_second",
        _drain("fleeting"),
        "Tasks a second: fleeting, a fresh process for each run, over stock Celery prefork -c 2",
    ),
    more(
        "drain_without_sandbox_vs_celery",
        "tasks_per_second",
        _drain("fleeting without sandbox"),
        "The same with runs inside the worker, which no setting allows",
    ),
    more(
        "drain_naive_vs_celery",
        "tasks_per_second",
        _drain("naive exec in celery"),
        "The same for a Celery task that runs the source it is sent",
    ),
    less(
        "cpu_process_vs_celery",
        "cpu_us_per_task",
        _drain("fleeting"),
        "CPU time a task: fleeting over stock Celery prefork -c 2",
    ),
    less(
        "cpu_process_vs_sandbox",
        "cpu_us_per_task",
        _drain("fleeting", "sandbox alone"),
        "CPU time a task: fleeting over its sandbox alone",
    ),
    less(
        "latency_idle_vs_celery",
        "p50_ms",
        _latency("fleeting"),
        "p50 until a waiting caller has the value: fleeting in Python over `delay().get()`",
    ),
    less(
        "latency_idle_p99_vs_celery",
        "p99_ms",
        _latency("fleeting"),
        "p99 of the same",
    ),
    less(
        "latency_idle_http_vs_celery",
        "p50_ms",
        _latency("fleeting over http"),
        "p50 of the same, fleeting over HTTP",
    ),
    less(
        "latency_idle_without_sandbox_vs_celery",
        "p50_ms",
        _latency("fleeting without sandbox"),
        "p50 of the same, fleeting in Python with runs inside the worker",
    ),
    more(
        "submit_single_vs_apply_async",
        "calls_per_second",
        _submit(_SINGLE, _SINGLE),
        "Submissions a second at 16 connections: fleeting over FastAPI with `apply_async`",
    ),
    more(
        "submit_batch_vs_apply_async",
        "calls_per_second",
        _submit(_BATCH, _SINGLE),
        "Calls a second: fleeting in batches of 100 over single requests with `apply_async`",
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
    ),
    less("values_http_p99_vs_response_model", "p99_ms", _LISTS, "p99 of the same"),
    less(
        "values_http_cpu_vs_fetch",
        "cpu_us_per_call",
        (_HTTP, _FETCH),
        "CPU time of fleeting's API for such a list over that of a bare fetch with redis-py",
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
        (_PORT, _PORT._replace(case="among 1,000 keys")),
        "p50 of fleeting's Redis port among 100,000 other keys over that among 1,000",
    ),
)
