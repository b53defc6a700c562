"""What Prometheus is told of the API: how many requests, how long, what was accepted or refused."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ...domain.backlog import Backlog
from ...domain.worker_facts import WorkerFacts, refused_by_all

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST

_METHODS: Final = frozenset({"GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS"})
"""Methods that get a series of their own; a client could make up any number of others."""

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60)
"""From an answer out of memory to the longest long poll."""


class ApiMetrics:
    """The figures of one app, in a registry of their own."""

    def __init__(self, *, version: str) -> None:
        self._registry = own = CollectorRegistry()
        self.requests = Counter(
            "fleeting_http_requests",
            "Requests by route template and status.",
            ("method", "route", "status"),
            registry=own,
        )
        self.duration = Histogram(
            "fleeting_http_request_duration_seconds",
            "Time from a request to the first byte of its answer; long polls wait on purpose.",
            ("method", "route"),
            buckets=_SECONDS,
            registry=own,
        )
        self.accepted = Counter("fleeting_tasks_accepted", "Tasks accepted.", registry=own)
        self.refused = Counter(
            "fleeting_submissions_refused",
            "Requests to submit tasks that were refused, by problem code.",
            ("code",),
            registry=own,
        )
        self.streams = Gauge("fleeting_streams_open", "Event streams being served.", registry=own)
        self._messages, self._oldest, self._open = (
            Gauge(f"fleeting_{name}", text, registry=own)
            for name, text in (
                ("queue_messages", "Messages that no worker has taken yet; NaN: not known."),
                ("queue_oldest_seconds", "How long the oldest of them has waited; NaN: not known."),
                ("tasks_open", "Tasks accepted that have not ended; NaN: not known."),
            )
        )
        self._refused_messages = Gauge(
            "fleeting_messages_refused",
            "Queued messages that the workers there are have refused since they started.",
            ("reason",),
            registry=own,
        )
        Info("fleeting_build", "The release that runs.", registry=own).info({"version": version})

    def note_backlog(self, backlog: Backlog | None) -> None:
        """Show what waits; it is of the installation, not of this process."""
        messages = oldest = tasks = math.nan
        if backlog is not None:
            messages = backlog.count
            if backlog.oldest is not None or backlog.count == 0:
                oldest = (backlog.oldest or timedelta(0)).total_seconds()
            if backlog.open_tasks is not None:
                tasks = backlog.open_tasks
        self._messages.set(messages)
        self._oldest.set(oldest)
        self._open.set(tasks)

    def note_workers(self, workers: Sequence[WorkerFacts]) -> None:
        """Show what workers have refused; it is of the installation, not of this process."""
        self._refused_messages.clear()
        for reason, count in refused_by_all(workers).items():
            self._refused_messages.labels(reason).set(count)

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self._registry)


class MeasureRequests:
    """Counts and times every request under the template of its route."""

    def __init__(self, app: ASGIApp, *, metrics: ApiMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        is_noted = False

        async def send_noted(message: Message) -> None:
            nonlocal is_noted
            if message["type"] == "http.response.start":
                is_noted = True
                self._note(scope, message["status"], time.perf_counter() - began)
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except Exception:
            if not is_noted:
                self._note(scope, 500, time.perf_counter() - began)
            raise

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        # Only templates: a path as it came would make a series for every key.
        route = getattr(scope.get("route"), "path", "unmatched")
        self._metrics.requests.labels(method, route, str(status)).inc()
        self._metrics.duration.labels(method, route).observe(seconds)
        code = scope.get("state", {}).get("problem_code")
        if code is not None and method == "POST" and route in _SUBMISSIONS:
            self._metrics.refused.labels(code).inc()


_SUBMISSIONS: Final = ("/tasks", "/tasks:batch")
