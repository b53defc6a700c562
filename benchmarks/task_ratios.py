"""How running tasks compares: drain and latency."""

from __future__ import annotations

from typing import Final

from .ratio import less, more
from .rows import Place

Places = tuple[Place, Place]


def _drain(subject: str, beside: str = "celery prefork") -> Places:
    return Place("drain", subject), Place("drain", beside)


def _latency(subject: str) -> Places:
    return Place("latency", subject), Place("latency", "celery prefork")


RATIOS: Final = (
    more(
        "drain_fresh_vs_celery",
        "tasks_per_second",
        _drain("fleeting fresh"),
        "Tasks a second: fleeting by default, confined, a fresh process for each run, over stock "
        "Celery prefork -c 2",
    ),
    more(
        "drain_reuse_vs_celery",
        "tasks_per_second",
        _drain("fleeting reuse"),
        "The same, confined, a process kept for further runs of the same script",
    ),
    more(
        "drain_process_vs_celery",
        "tasks_per_second",
        _drain("fleeting process"),
        "The same, not confined, a new interpreter for each run",
    ),
    more(
        "drain_without_sandbox_vs_celery",
        "tasks_per_second",
        _drain("fleeting without sandbox"),
        "The same, runs inside the worker, which no setting allows",
    ),
    more(
        "drain_naive_vs_celery",
        "tasks_per_second",
        _drain("naive exec in celery"),
        "The same for a Celery task that runs the source it is sent",
    ),
    less(
        "cpu_fresh_vs_celery",
        "cpu_us_per_task",
        _drain("fleeting fresh"),
        "CPU time a task: fleeting by default over stock Celery prefork -c 2",
    ),
    less(
        "cpu_reuse_vs_celery",
        "cpu_us_per_task",
        _drain("fleeting reuse"),
        "The same with processes that are kept",
    ),
    less(
        "cpu_fresh_vs_sandbox",
        "cpu_us_per_task",
        _drain("fleeting fresh", "sandbox alone"),
        "CPU time a task: fleeting by default over its sandbox alone",
    ),
    less(
        "latency_idle_vs_celery",
        "p50_ms",
        _latency("fleeting reuse"),
        "p50 until a waiting caller has the value: fleeting in Python, processes kept, over "
        "`delay().get()`",
    ),
    less(
        "latency_idle_p99_vs_celery",
        "p99_ms",
        _latency("fleeting reuse"),
        "p99 of the same",
    ),
    less(
        "latency_idle_http_vs_celery",
        "p50_ms",
        _latency("fleeting reuse over http"),
        "p50 of the same, fleeting over HTTP",
    ),
    less(
        "latency_idle_fresh_vs_celery",
        "p50_ms",
        _latency("fleeting fresh"),
        "p50 of the same, fleeting in Python by default",
    ),
    less(
        "latency_idle_without_sandbox_vs_celery",
        "p50_ms",
        _latency("fleeting without sandbox"),
        "p50 of the same, fleeting in Python with runs inside the worker",
    ),
)
