"""Puts the HTTP API together: two routers over the use cases, and what surrounds every request."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from importlib.metadata import version as version_of
from typing import Final, TypeAlias

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from ...domain.isolation import Isolation
from ...domain.limits import Limits
from ...ports.clock import Clock
from ...ports.fleet import Fleet
from ...ports.health import SupportsPing
from ...usecases.backpressure import Backpressure
from ...usecases.cancel import CancelTask
from ...usecases.check import CheckTask
from ...usecases.follow import Follow
from ...usecases.retrieve import MetricRetriever
from ...usecases.submit import SubmitTasks
from . import (
    api_page,
    functions,
    handlers,
    live_events,
    operations,
    single_results,
    streaming,
    submission,
    task_stream,
)
from .access import Access
from .body_limit import BodyLimit
from .closing import Closing
from .cross_origin import CORS
from .edge_headers import EdgeHeaders
from .metrics import ApiMetrics, MeasureRequests
from .openapi_document import document
from .request_id import RequestIds

App: TypeAlias = FastAPI
"""What is served, for those who may not know FastAPI."""

SUBMIT: Final = "submit"
RETRIEVE: Final = "retrieve"

_COMPRESSED: Final = 32 * 1024
"""Shortest answer that is compressed for those who accept it: below, the time that it takes is more
than what the network saves within a data centre."""

_LEVEL: Final = 1
"""JSON shrinks to a fifth at this level already, at a third of the time of the usual one."""

_DESCRIPTION: Final = """\
A consumer hands in a Python module as text, the name of a function in it and JSON parameters; a
worker runs it. What it returns lives for a few minutes under the key that the submission was
answered with, and is read here: by key, or all live values of a function at once.

Every error is `application/problem+json` (RFC 9457) with a stable `code`. Every answer has an
`X-Request-Id`, the caller's own where it sent one.
"""

_TAGS: Final = [
    {"name": "tasks", "description": "Submit tasks, and cancel them."},
    {"name": "results", "description": "One task's result and facts, by key."},
    {"name": "functions", "description": "All results of a function."},
    {"name": "operations", "description": "For operators and their machines."},
]


def make_app(
    *,
    submit: SubmitTasks | None,
    check: CheckTask | None,
    cancel: CancelTask | None,
    retriever: MetricRetriever,
    follow: Follow,
    clock: Clock,
    pings: Mapping[str, SupportsPing],
    limits: Limits,
    isolation: Isolation,
    roles: frozenset[str],
    max_body_bytes: int,
    access: Access | None = None,
    cors_origins: tuple[str, ...] = (),
    adapters: Mapping[str, str] | None = None,
    fleet: Fleet | None = None,
    backpressure: Backpressure | None = None,
    lifespan: Callable[[], AbstractAsyncContextManager[None]] | None = None,
    version: str | None = None,
    patience: float = operations.PATIENCE,
    idle: timedelta = live_events.IDLE,
) -> FastAPI:
    """The app for one process.

    Whoever serves it calls `app.state.closing.begin()` when the server is told to stop, so that
    long polls and streams end.

    Args:
        submit: accepts tasks; needed with `check` and `cancel` for the role `submit`.
        check: looks at tasks.
        cancel: cancels tasks.
        retriever: reads results.
        follow: closed when the app stops.
        clock: what `expires_in_seconds` is counted from.
        pings: what readiness depends on, by name.
        limits: shown in `/capabilities`.
        isolation: the level in force, shown there too.
        roles: halves to serve: `submit`, `retrieve`.
        max_body_bytes: longest request body.
        access: lets requests in; None: there is no authentication, and everybody may do everything.
        cors_origins: whose pages may call from a browser; `*` means everybody's.
        adapters: which adapter serves each port, by name; shown in `/capabilities`.
        fleet: the workers, shown there too; None: they cannot be known.
        backpressure: knows what waits, shown in `/metrics` and `/readyz`; None: nothing knows.
        lifespan: entered before the first request, left after the last.
        version: the release; None: that of the installed package.
        patience: seconds that readiness waits for a dependency.
        idle: pause after which a silent stream shows that it is alive.
    """
    release = version or version_of("fleeting")
    closing, metrics, access = Closing(), ApiMetrics(version=release), access or Access()
    answers = live_events.LiveAnswers(closing=closing, open_streams=metrics.streams, idle=idle)
    app = _bare_app(release, _lifespan(follow, closing, lifespan))
    app.state.closing = closing
    if RETRIEVE in roles:
        # First, because routes are tried in their order, and these are asked for most.
        app.include_router(
            task_stream.router(retriever, clock=clock, answers=answers, access=access)
        )
        app.include_router(functions.router(retriever, clock=clock, access=access))
    if SUBMIT in roles:
        if submit is None or check is None or cancel is None:
            raise ValueError("the role submit needs submit, check and cancel")
        app.include_router(
            submission.router(
                submit=submit,
                check=check,
                cancel=cancel,
                clock=clock,
                metrics=metrics,
                access=access,
            )
        )
    if RETRIEVE in roles:
        app.include_router(
            single_results.router(retriever, clock=clock, closing=closing, access=access)
        )
        app.include_router(
            streaming.router(retriever, follow, clock=clock, answers=answers, access=access)
        )
    capabilities = operations.describe(
        version=release,
        roles=roles,
        isolation=isolation,
        limits=limits,
        max_body_bytes=max_body_bytes,
        adapters=adapters or {},
    )
    app.include_router(
        operations.router(
            pings,
            capabilities=capabilities,
            metrics=metrics,
            closing=closing,
            access=access,
            fleet=fleet,
            backpressure=backpressure,
            patience=patience,
        )
    )
    api_page.add_to(app)
    _surround(app, metrics=metrics, max_body_bytes=max_body_bytes, cors_origins=cors_origins)
    return app


def _bare_app(
    release: str, lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]]
) -> FastAPI:
    return FastAPI(
        title="fleeting",
        summary="Functions in, fleeting results out.",
        description=_DESCRIPTION,
        version=release,
        openapi_tags=_TAGS,
        docs_url=None,
        redoc_url=None,
        # A path with a slash too many is wrong; a redirect would hide that from half the clients.
        redirect_slashes=False,
        lifespan=lifespan,
    )


def _surround(
    app: FastAPI, *, metrics: ApiMetrics, max_body_bytes: int, cors_origins: tuple[str, ...]
) -> None:
    handlers.install(app)
    app.add_middleware(GZipMiddleware, minimum_size=_COMPRESSED, compresslevel=_LEVEL)
    # Added last is outermost: a body that is too long is counted, and has an id.
    app.add_middleware(BodyLimit, max_bytes=max_body_bytes)
    app.add_middleware(MeasureRequests, metrics=metrics)
    if cors_origins:
        # A browser asks before it calls, without a token: that is answered here.
        app.add_middleware(CORSMiddleware, allow_origins=cors_origins, **CORS)
    app.add_middleware(RequestIds)
    app.add_middleware(EdgeHeaders, is_shared=bool(cors_origins))
    app.openapi = lambda: document(app)  # type: ignore[method-assign] # FastAPI's own way


def _lifespan(
    follow: Follow,
    closing: Closing,
    inner: Callable[[], AbstractAsyncContextManager[None]] | None,
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def serve(_app: FastAPI) -> AsyncIterator[None]:
        async with inner() if inner is not None else _nothing():
            try:
                yield
            finally:
                closing.begin()
                await follow.close()

    return serve


@asynccontextmanager
async def _nothing() -> AsyncIterator[None]:
    yield
