"""The shapes of the API's answers that are not shown to callers as they are."""

from __future__ import annotations

import json
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from ...domain.errors import RequestError, ServiceFault
from ...domain.task import describe
from ...domain.worker_facts import WorkerFacts
from ...ports.result_store import FunctionSummary
from ...usecases.check import Finding
from .problem import error_of_code
from .server_events import ServerEvent
from .task_result import TaskFacts, TaskResult, TaskUpdate, Update

Model = TypeVar("Model", bound=BaseModel)


class Accepted(BaseModel):
    """An accepted task."""

    key: str


class AcceptedBatch(BaseModel):
    """The tasks of a batch, in order."""

    tasks: list[Accepted]


class Page(BaseModel):
    """A page of results."""

    results: list[TaskFacts]


class FunctionList(BaseModel):
    """Functions with live values."""

    functions: list[FunctionSummary]


class Fleet(BaseModel):
    """`fleet` of `GET /capabilities`."""

    known: bool
    message: str | None = None
    workers: list[WorkerFacts]


class Capabilities(BaseModel):
    """`GET /capabilities`, as far as it is of use here."""

    fleet: Fleet


class OutputPiece(BaseModel):
    """What a run has printed since the piece before."""

    start: int
    text: str


class CheckProblem(BaseModel):
    """One thing that is wrong with a task."""

    code: str
    message: str
    line: int | None = None
    path: str | None = None


class CheckReport(BaseModel):
    """What a dry run found."""

    problems: list[CheckProblem]
    source_digest: str | None = None

    def finding(self) -> Finding:
        """The same as the use case says it."""
        return Finding(self.source_digest, tuple(_request_error(one) for one in self.problems))


def read(model: type[Model], answer: object) -> Model:
    """Check an answer.

    Raises:
        ServiceFault: it is not of that shape; the message names the field.
    """
    try:
        return model.model_validate(answer)
    except ValidationError as exc:
        raise ServiceFault(
            f"the service's answer is not what its API promises: {describe(exc)}"
        ) from None


def update_of(event: ServerEvent) -> Update | None:
    """The update that an event carries; None for events of a later release.

    Raises:
        ServiceFault: the event is not of the promised shape.
    """
    match event.name:
        case "result" | "progress" as kind:
            return Update(event.position, kind, read(TaskResult, _data(event)))
        case _:
            return None


def task_update_of(event: ServerEvent) -> TaskUpdate | None:
    """The update of one task that an event carries; None for events of a later release.

    Raises:
        ServiceFault: the event is not of the promised shape.
    """
    match event.name:
        case "output":
            piece = read(OutputPiece, _data(event))
            return TaskUpdate(event.position, "output", piece.text, piece.start)
        case "status" | "progress" as kind:
            return TaskUpdate(event.position, kind, task=read(TaskFacts, _data(event)))
        case "result":
            return TaskUpdate(event.position, "result", task=read(TaskResult, _data(event)))
        case _:
            return None


def _data(event: ServerEvent) -> object:
    try:
        return json.loads(event.data)
    except ValueError:
        raise ServiceFault(f"the service sent an event {event.name} that is no JSON") from None


def _request_error(problem: CheckProblem) -> RequestError:
    error = error_of_code(problem.code, problem.message, line=problem.line, path=problem.path)
    return error if isinstance(error, RequestError) else RequestError(problem.message)
