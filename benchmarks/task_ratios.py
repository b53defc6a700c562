"""How running tasks compares: drain and latency."""

from __future__ import annotations

from typing import Final

from .ratio import less, more
from .rows import Place
from .tasks import HALF_LOAD, IDLE

Places = tuple[Place, ...]


_ACKING: Final = ("dramatiq", "dramatiq lean", "taskiq stream")
"""The other queues that give a task to another worker where one is killed with it."""


def _drain(subject: str, *beside: str) -> Places:
    return tuple(Place("drain", one) for one in (subject, *(beside or ("celery prefork",))))


def _latency(subject: str, case: str = IDLE) -> Places:
    return Place("latency", subject, case), Place("latency", "celery prefork", case)


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
        bar=6,
    ),
    more(
        "drain_reuse_vs_fastest_acking_peer",
        "tasks_per_second",
        _drain("fleeting reuse", *_ACKING),
        "The same over the fastest of dramatiq (stock and lean) and taskiq on a stream",
        bar=1.2,
    ),
    more(
        "drain_batch_vs_celery",
        "tasks_per_second",
        _drain("fleeting reuse, in batches"),
        "Tasks a second: processes kept, submitted in batches of 100, over stock Celery",
        bar=20,
    ),
    more(
        "drain_fresh_vs_rq_fork",
        "tasks_per_second",
        _drain("fleeting fresh", "rq fork"),
        "Tasks a second: fleeting by default over two workers of RQ, which fork for each job",
        bar=6,
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
        bar=1.5,
    ),
    less(
        "cpu_signed_vs_unsigned",
        "cpu_us_per_task",
        _drain("fleeting reuse", "fleeting reuse, unsigned"),
        "CPU time a task in the worker: signed messages over unsigned ones, processes kept",
    ),
    less(
        "cpu_signed_vs_unsigned_batch",
        "cpu_us_per_task",
        _drain("fleeting reuse, in batches", "fleeting reuse, unsigned, in batches"),
        "The same for batches of 100, which have one signature each",
    ),
    less(
        "latency_idle_vs_celery",
        "p50_ms",
        _latency("fleeting reuse"),
        "p50 until a waiting caller has the value: fleeting in Python, processes kept, over "
        "`delay().get()`",
        bar=0.5,
    ),
    less(
        "latency_load_p99_vs_celery",
        "p99_ms",
        _latency("fleeting reuse", HALF_LOAD),
        "p99 of the same beside the same load: half of what stock Celery drains",
        bar=0.5,
    ),
    less(
        "latency_idle_p99_vs_celery",
        "p99_ms",
        _latency("fleeting reuse"),
        "p99 of the same without load",
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
