"""Submissions over HTTP: the tasks of a request handed in, and the answer that names them."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from ...domain.errors import FleetingError, QuotaExceeded
from ...domain.task import TaskRequest
from ...usecases.submit import Accepted, SubmitTasks
from .caller import Caller, of
from .json_body import validated
from .metrics import ApiMetrics
from .raw_json import MEDIA_TYPE
from .schemas import Batch


class Accepting:
    """Answers both calls that submit, with FastAPI's look at the parameters or without."""

    def __init__(self, submit: SubmitTasks, metrics: ApiMetrics) -> None:
        self._submit = submit
        self._metrics = metrics

    async def one(self, request: Request, caller: Caller, task: TaskRequest) -> Response:
        """Submit a task."""
        [accepted] = await self._accepted(caller, [task])
        root = _root(request)
        location = f"{root}/get-result?key={accepted.address.key}"
        body = accepted_json(root, accepted)
        return Response(body, 202, {"Location": location}, media_type=MEDIA_TYPE)

    async def many(self, request: Request, caller: Caller, batch: Batch) -> Response:
        """Submit tasks, all or none."""
        accepted = await self._accepted(caller, batch.tasks)
        root = _root(request)
        body = ",".join([accepted_json(root, one) for one in accepted])
        return Response(f'{{"tasks":[{body}]}}', 202, media_type=MEDIA_TYPE)

    async def one_shortly(self, request: Request) -> Response | None:
        """Submit the task of a body that has been read; None: it holds none."""
        task = await validated(TaskRequest, request)
        return None if task is None else await self.one(request, of(request), task)

    async def many_shortly(self, request: Request) -> Response | None:
        """Submit the tasks of a body that has been read; None: it holds no batch."""
        batch = await validated(Batch, request)
        return None if batch is None else await self.many(request, of(request), batch)

    async def _accepted(self, caller: Caller, tasks: Sequence[TaskRequest]) -> list[Accepted]:
        functions = tuple(dict.fromkeys([task.function for task in tasks]))
        caller.check(functions)
        if len(tasks) > 1:
            await caller.spend(len(tasks) - 1, paid=1)
        try:
            accepted = await self._submit(
                tasks, namespace=caller.namespace, principal=caller.subject
            )
        except QuotaExceeded as exc:
            caller.trail.refused(exc, functions=functions)
            raise
        except FleetingError as exc:
            caller.trail.allowed(functions=functions, reason=f"not accepted: {exc.code}")
            raise
        caller.trail.allowed(functions=functions, keys=(one.address.key for one in accepted))
        self._metrics.accepted.inc(len(accepted))
        return accepted


def _root(request: Request) -> str:
    return quote(request.scope.get("root_path", "").rstrip("/"))


def accepted_json(root: str, accepted: Accepted) -> str:
    """What `AcceptedTask` is as JSON, for a task and the quoted path that the app is mounted at.

    Written by hand, as a batch has many of them: neither key nor path needs escapes.
    """
    key, repeated = accepted.address.key, "true" if accepted.is_repeat else "false"
    return (
        f'{{"key":"{key}","status":"queued","repeated":{repeated},"links":{{'
        f'"result":"{root}/get-result?key={key}","task":"{root}/tasks/{key}",'
        f'"cancel":"{root}/tasks/{key}"}}}}'
    )
