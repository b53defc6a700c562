"""What can be said of a request before anybody looks at its source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from .bounds import check_enforced
from .caps import check_parameters
from .entitlement import Entitlement
from .errors import InvalidTask, IsolationUnavailable, RequestError
from .isolation import Isolation
from .limits import Limits
from .references import references_in
from .result_key import check_function_name
from .task import TaskRequest, allow


def request_checks(
    request: TaskRequest,
    *,
    limits: Limits,
    in_force: Isolation,
    entitlement: Entitlement | None = None,
) -> Iterator[Callable[[], object]]:
    """Every check of a request; each one called raises the `RequestError` that it finds.

    Args:
        request: what is asked for.
        limits: what the installation allows.
        in_force: the isolation that it gives.
        entitlement: the secrets that it may name; None: what these are shows when it is run.
    """
    yield partial(check_function_name, request.function)
    yield partial(allow, request, limits)
    yield partial(_check_isolation, request, limits.min_isolation, in_force)
    yield partial(_check_bounds, request, limits, in_force)
    yield partial(_check_parameters, request, limits, entitlement)


def _check_isolation(request: TaskRequest, least: Isolation, in_force: Isolation) -> None:
    wanted = request.isolation
    if wanted is not None and wanted > in_force:
        raise IsolationUnavailable(
            f"isolation {wanted} is not in force on this installation, which gives "
            f"{in_force}: ask for {in_force} or less"
        )
    if wanted is not None and wanted < least:
        raise InvalidTask(
            f"this installation runs nothing below isolation {least}: leave isolation out, or "
            f"ask for {least} or more"
        )
    if in_force is Isolation.NONE and (request.timeout_seconds or request.memory_mb):
        raise InvalidTask(
            "timeout_seconds and memory_mb cannot be enforced with isolation none, where the "
            "script runs inside this process: leave them out or use isolation process"
        )


def _check_bounds(request: TaskRequest, limits: Limits, in_force: Isolation) -> None:
    try:
        bounds = allow(request, limits).bounds
    except RequestError:
        # A finding of its own.
        return
    check_enforced(bounds, in_force)


def _check_parameters(
    request: TaskRequest, limits: Limits, entitlement: Entitlement | None
) -> None:
    if check_parameters(request.args, request.kwargs, limits):
        references = references_in(request.args, request.kwargs)
        if entitlement is not None:
            entitlement.check(references)
