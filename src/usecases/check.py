"""The dry run: look at a request without storing or queueing anything."""

from __future__ import annotations

from dataclasses import dataclass

from ..domain.errors import RequestError
from ..domain.task import TaskRequest
from .admission import Admission


@dataclass(frozen=True, slots=True)
class Finding:
    """What a dry run says of a request."""

    source_digest: str | None
    problems: tuple[RequestError, ...]


class CheckTask:
    """Says everything that is wrong with a request."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission

    async def __call__(
        self, request: TaskRequest, *, namespace: str = "", principal: str = ""
    ) -> Finding:
        """Look at what somebody asks for in a namespace.

        Raises:
            PortError: the source store, or the list of workers, does not answer.
        """
        problems: list[RequestError] = []
        for check in self._admission.of_request(request, namespace=namespace, principal=principal):
            try:
                check()
            except RequestError as exc:
                problems.append(exc)
        try:
            source = await self._admission.find(request)
        except RequestError as exc:
            return Finding(None, (*problems, exc))
        try:
            self._admission.check_call(request, source)
        except RequestError as exc:
            problems.append(exc)
        for look in self._admission.of_source(source, namespace=namespace):
            try:
                await look()
            except RequestError as exc:
                problems.append(exc)
        return Finding(source.digest, tuple(problems))
