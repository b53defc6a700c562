"""The submission side: accept tasks, look at them before that, cancel them after."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Request
from starlette.responses import Response

from ...domain import errors as e
from ...domain.result_key import ResultKey
from ...domain.task import TaskRequest
from ...ports.clock import Clock
from ...usecases.cancel import CancelTask
from ...usecases.check import CheckTask, Finding
from ...usecases.submit import SubmitTasks
from . import examples
from .accepting import Accepting
from .access import Access
from .caller import Asking
from .documented import BODY, QUERY, STORE, answer, problems
from .metrics import ApiMetrics
from .parameters import Key
from .raw_json import MEDIA_TYPE
from .schemas import (
    AcceptedBatch,
    AcceptedTask,
    Batch,
    CheckProblem,
    CheckReport,
    TaskFacts,
)
from .strict_route import strict_route

_SUBMIT: Final = "submitTask"
_SUBMIT_MANY: Final = "submitTasks"

_UNFIT: Final = (
    e.InvalidTask,
    e.SourceSyntaxError,
    e.FunctionNotFound,
    e.NotAFunction,
    e.ParametersDoNotFit,
    e.ParametersNotJson,
    e.InvalidReference,
    e.ReferenceNotAllowed,
    e.SourceUnknown,
    e.IsolationUnavailable,
    e.LibraryUnavailable,
    e.SourceQuarantined,
    e.SourceTooLarge,
    e.ParametersTooLarge,
)
_AWAY: Final = (e.QuotaExceeded, *STORE, e.QueueUnavailable, e.QueueFull, e.QueueDenied)

_ONE: Final[dict[str, Any]] = {
    "source": {"summary": "A module as text", "value": examples.TASK},
    "digest": {
        "summary": "A module that was sent before, with options",
        "value": examples.TASK_BY_DIGEST,
    },
}


def router(
    *,
    submit: SubmitTasks,
    check: CheckTask,
    cancel: CancelTask,
    clock: Clock,
    metrics: ApiMetrics,
    access: Access,
) -> APIRouter:
    """The routes of the submission side."""
    accepting = Accepting(submit, metrics)
    shortcuts = {_SUBMIT: accepting.one_shortly, _SUBMIT_MANY: accepting.many_shortly}
    routes = APIRouter(route_class=strict_route(access, shortcuts), tags=["tasks"])

    @routes.post(
        "/tasks",
        operation_id=_SUBMIT,
        summary="Submit a task",
        status_code=202,
        response_description="Accepted: recorded and queued.",
        response_class=Response,
        responses={
            202: answer(
                AcceptedTask,
                "Accepted: recorded and queued.",
                {"accepted": examples.ACCEPTED},
                headers=("Location",),
            ),
            **problems(*QUERY, *BODY, *_UNFIT, e.IdempotencyConflict, *_AWAY),
        },
    )
    async def submit_task(
        request: Request,
        caller: Asking,
        task: Annotated[TaskRequest, Body(openapi_examples=_ONE)],
    ) -> Response:
        """Have a function run: `function` of the module `source`, with `args` and `kwargs`.

        On 202 the task is recorded and queued, and `key` names its result for good. Sending the
        same `idempotency_key` with the same request again gives the same task.
        """
        return await accepting.one(request, caller, task)

    @routes.post(
        "/tasks:batch",
        operation_id=_SUBMIT_MANY,
        summary="Submit many tasks at once",
        status_code=202,
        response_class=Response,
        responses={
            202: answer(
                AcceptedBatch,
                "Accepted: every task is recorded and queued.",
                {"accepted": {"tasks": [examples.ACCEPTED]}},
            ),
            **problems(*QUERY, *BODY, *_UNFIT, e.BatchTooLarge, e.IdempotencyConflict, *_AWAY),
        },
    )
    async def submit_tasks(request: Request, caller: Asking, batch: Batch) -> Response:
        """Have many functions run, with one round trip to the queue.

        A batch is taken whole or not at all; where a task is refused, the message begins with
        its position.
        """
        return await accepting.many(request, caller, batch)

    @routes.post(
        "/tasks:check",
        operation_id="checkTask",
        summary="Look at a task without running it",
        response_class=Response,
        responses={
            200: answer(
                CheckReport,
                "What was found.",
                {"fits": examples.CHECK_OK, "does not fit": examples.CHECK_BAD},
            ),
            **problems(*QUERY, *BODY, e.InvalidTask, *STORE),
        },
    )
    async def check_task(
        caller: Asking, task: Annotated[TaskRequest, Body(openapi_examples=_ONE)]
    ) -> Response:
        """A dry run: everything that a submission would be refused for; nothing is queued.

        Looks at the syntax, whether the function is there, whether the parameters fit its
        signature, sizes, options, the isolation asked for and the secrets that it names.
        """
        found = await check(
            task,
            namespace=caller.require(task.function),
            principal=caller.subject,
        )
        return Response(_report(found).model_dump_json(), media_type=MEDIA_TYPE)

    @routes.delete(
        "/tasks/{key}",
        operation_id="cancelTask",
        summary="Cancel a task",
        response_class=Response,
        responses={
            200: answer(TaskFacts, "Cancelled before it ran.", {"cancelled": examples.CANCELLED}),
            202: answer(
                TaskFacts,
                "It runs; its worker has been told to stop it.",
                {"stopping": examples.STOPPING},
            ),
            **problems(*QUERY, e.MalformedKey, e.ResultGone, e.AlreadyFinished, *STORE),
        },
    )
    async def cancel_task(caller: Asking, key: Key) -> Response:
        """End a task before it ends by itself: at once while it is queued, else very soon."""
        ResultKey.parse(key)
        record = await cancel(caller.place(key))
        status = 200 if record.status.is_final else 202
        facts = TaskFacts.of(record, clock.now())
        return Response(facts.model_dump_json(), status, media_type=MEDIA_TYPE)

    return routes


def _report(finding: Finding) -> CheckReport:
    found = [
        CheckProblem(code=one.code, message=one.message, line=one.line, path=one.path)
        for one in finding.problems
    ]
    return CheckReport(ok=not found, problems=found, source_digest=finding.source_digest)
