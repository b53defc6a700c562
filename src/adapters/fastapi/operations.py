"""What operators and their machines ask: does it live, can it serve, what can it do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from ...domain.backlog import Backlog, describe_backlog
from ...domain.errors import PortError
from ...domain.isolation import Isolation
from ...domain.limits import Limits
from ...domain.principal import Scope
from ...domain.worker_facts import levels_in_force
from ...ports.fleet import Fleet
from ...ports.health import SupportsPing
from ...usecases.backpressure import Backpressure
from . import examples
from .access import Access
from .closing import Closing
from .documented import answer, problems
from .guarded_route import guarded_by
from .limit_facts import LimitFacts
from .metrics import CONTENT_TYPE, ApiMetrics
from .problems import HttpError, title_of
from .raw_json import MEDIA_TYPE
from .schemas import (
    Capabilities,
    DependencyState,
    FleetFacts,
    Health,
    IsolationFacts,
    Readiness,
)

QUEUE: Final = "task_queue"
"""The name of the queue among the dependencies."""

SECRETS: Final = "secret_source"
"""The name of the source of secrets among them: its state is shown and asked nothing more of, since
tasks that need no secret are taken and run without it."""

PATIENCE: Final = 2.0
"""Seconds that a dependency gets to answer: less than probes wait by default elsewhere."""

_METRICS: Final[dict[str, Any]] = {
    "description": "The figures, in Prometheus' text format.",
    "content": {"text/plain": {"schema": {"type": "string"}, "example": examples.METRICS}},
}


def router(
    pings: Mapping[str, SupportsPing],
    *,
    capabilities: Capabilities,
    metrics: ApiMetrics,
    closing: Closing,
    access: Access,
    fleet: Fleet | None = None,
    backpressure: Backpressure | None = None,
    patience: float = PATIENCE,
) -> APIRouter:
    """The routes for operators; probes may add what query parameters they like."""
    routes = APIRouter(route_class=guarded_by(access), tags=["operations"])

    @routes.get(
        "/healthz",
        operation_id="getHealth",
        summary="Does the process live",
        response_class=Response,
        responses={
            200: answer(Health, "It does.", {"ok": {"status": "ok"}}),
            **problems("internal_error"),
        },
    )
    async def get_health() -> Response:
        """Answers as long as the process serves requests, whatever its dependencies do."""
        return Response(Health().model_dump_json(), media_type=MEDIA_TYPE)

    @routes.get(
        "/readyz",
        operation_id="getReadiness",
        summary="Can it serve",
        response_class=Response,
        responses={
            200: answer(Readiness, "Every dependency answers.", {"ready": examples.READY}),
            **problems("not_ready", "internal_error"),
        },
    )
    async def get_readiness(request: Request) -> Response:
        """Asks every dependency, all at once; 503 when one does not answer or the server stops.

        `checks` has the state of each, and how long it took, in both answers; the queue says there
        how much waits in it. Only who may see the inside (scope `admin`) is told `checks`; to all
        others it is empty or left out.
        """
        states = await asyncio.gather(*(_ask(ping, patience) for ping in pings.values()))
        checks = dict(zip(pings, states, strict=True))
        backlog = await _ask_backlog(backpressure, patience)
        queue = checks.get(QUEUE)
        if backlog is not None and queue is not None and queue.message is None:
            checks[QUEUE] = queue.model_copy(update={"message": describe_backlog(backlog)})
        down = [name for name in checks if checks[name].state != "up" and name != SECRETS]
        is_inside = await access.has(request, Scope.ADMIN)
        if down or closing.has_begun:
            raise _not_ready(down, checks if is_inside else {})
        body = Readiness(checks=checks if is_inside else {}).model_dump_json(exclude_none=True)
        return Response(body, media_type=MEDIA_TYPE)

    @routes.get(
        "/metrics",
        operation_id="getMetrics",
        summary="Get figures for Prometheus",
        response_class=Response,
        responses={200: _METRICS, **problems("internal_error")},
    )
    async def get_metrics() -> Response:
        """Requests by route and status, their times, tasks accepted and refused, open streams.

        Of this process alone: where several serve, each is asked for its own. What waits in the
        queue, and the messages that workers have refused, are the same in all of them.
        """
        metrics.note_backlog(await _ask_backlog(backpressure, patience))
        metrics.note_workers((await _ask_fleet(fleet, patience)).workers)
        return Response(metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    @routes.get(
        "/capabilities",
        operation_id="getCapabilities",
        summary="What this installation can do",
        response_class=Response,
        responses={
            200: answer(Capabilities, "What it can do.", {"one": examples.CAPABILITIES}),
            **problems("internal_error"),
        },
    )
    async def get_capabilities() -> Response:
        """The release, the limits, the roles, the adapters, and the workers there are.

        Each worker shows the isolation that it has proven, check by check, and the libraries that
        its runs find. Where the store is away, the answer says so and has the rest.
        """
        told = await _ask_fleet(fleet, patience)
        body = _with_fleet(capabilities, told).model_dump_json()
        return Response(body, media_type=MEDIA_TYPE)

    return routes


def describe(
    *,
    version: str,
    roles: frozenset[str],
    isolation: Isolation,
    limits: Limits,
    max_body_bytes: int,
    adapters: Mapping[str, str],
) -> Capabilities:
    """What `/capabilities` says of an installation."""
    return Capabilities(
        version=version,
        roles=sorted(roles),
        isolation=IsolationFacts(
            in_force=isolation, levels=[level for level in Isolation if level <= isolation]
        ),
        limits=LimitFacts.of(limits, max_body_bytes=max_body_bytes),
        adapters=dict(adapters),
        fleet=FleetFacts(known=False),
    )


def _with_fleet(capabilities: Capabilities, fleet: FleetFacts) -> Capabilities:
    attested = {"attested": levels_in_force(fleet.workers)}
    isolation = capabilities.isolation.model_copy(update=attested)
    return capabilities.model_copy(update={"isolation": isolation, "fleet": fleet})


def _not_ready(down: Sequence[str], checks: Mapping[str, DependencyState]) -> HttpError:
    text = "the server is about to stop"
    if down:
        text = f"down: {', '.join(down)}" if checks else "a dependency is down"
    shown = {name: state.model_dump(exclude_none=True) for name, state in checks.items()}
    return HttpError(503, "not_ready", text, members={"checks": shown} if shown else None)


async def _ask_fleet(fleet: Fleet | None, patience: float) -> FleetFacts:
    if fleet is None:
        return FleetFacts(known=False, message="The result store keeps no list of workers.")
    try:
        return FleetFacts(known=True, workers=await asyncio.wait_for(fleet.workers(), patience))
    except TimeoutError:
        return FleetFacts(known=False, message=f"No answer within {patience:g} seconds.")
    except PortError as exc:
        return FleetFacts(known=False, message=title_of(type(exc)))


async def _ask_backlog(backpressure: Backpressure | None, patience: float) -> Backlog | None:
    if backpressure is None:
        return None
    try:
        return await asyncio.wait_for(backpressure.backlog(), patience)
    except TimeoutError:
        return None


async def _ask(dependency: SupportsPing, patience: float) -> DependencyState:
    began = time.perf_counter()
    code = message = None
    try:
        await asyncio.wait_for(dependency.ping(), patience)
    except TimeoutError:
        code, message = "timed_out", f"no answer within {patience:g} seconds"
    except PortError as exc:
        code, message = exc.code, exc.message
    return DependencyState(
        state="up" if code is None else "down",
        seconds=round(time.perf_counter() - began, 6),
        code=code,
        message=message,
    )
