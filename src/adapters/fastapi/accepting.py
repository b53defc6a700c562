"""Submissions over HTTP: the tasks of a request handed in, and the answer that names them."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from ...domain.task import TaskRequest
from ...usecases.submit import Accepted, SubmitTasks
from .json_body import validated
from .metrics import ApiMetrics
from .namespace import named_in
from .raw_json import MEDIA_TYPE
from .schemas import AcceptedBatch, AcceptedTask, Batch, Links


class Accepting:
    """Answers both calls that submit, with FastAPI's look at the parameters or without."""

    def __init__(self, submit: SubmitTasks, metrics: ApiMetrics) -> None:
        self._submit = submit
        self._metrics = metrics

    async def one(self, request: Request, namespace: str, task: TaskRequest) -> Response:
        """Submit a task."""
        [accepted] = await self._submit([task], namespace=namespace)
        self._metrics.accepted.inc()
        body = _accepted(_root(request), accepted)
        return Response(
            body.model_dump_json(), 202, {"Location": body.links.result}, media_type=MEDIA_TYPE
        )

    async def many(self, request: Request, namespace: str, batch: Batch) -> Response:
        """Submit tasks, all or none."""
        accepted = await self._submit(batch.tasks, namespace=namespace)
        self._metrics.accepted.inc(len(accepted))
        root = _root(request)
        body = AcceptedBatch.model_construct(tasks=[_accepted(root, one) for one in accepted])
        return Response(body.model_dump_json(), 202, media_type=MEDIA_TYPE)

    async def one_shortly(self, request: Request) -> Response | None:
        """Submit the task of a body that has been read; None: it holds none."""
        task = await validated(TaskRequest, request)
        return None if task is None else await self.one(request, named_in(request), task)

    async def many_shortly(self, request: Request) -> Response | None:
        """Submit the tasks of a body that has been read; None: it holds no batch."""
        batch = await validated(Batch, request)
        return None if batch is None else await self.many(request, named_in(request), batch)


def _root(request: Request) -> str:
    return quote(request.scope.get("root_path", "").rstrip("/"))


def _accepted(root: str, accepted: Accepted) -> AcceptedTask:
    key = accepted.address.key
    links = Links.model_construct(
        result=f"{root}/get-result?key={key}",
        task=f"{root}/tasks/{key}",
        cancel=f"{root}/tasks/{key}",
    )
    return AcceptedTask.model_construct(key=key, repeated=accepted.is_repeat, links=links)
