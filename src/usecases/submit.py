"""Accept tasks: check, record, queue, and only then say yes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from ..domain.change import Refused, opening
from ..domain.errors import BatchTooLarge, IdempotencyConflict, PortError, RequestError
from ..domain.limits import Limits
from ..domain.result import record_of
from ..domain.result_key import Address, check_namespace
from ..domain.task import Task, TaskRequest, accept
from ..ports.clock import Clock
from ..ports.randomness import Randomness
from ..ports.task_queue import TaskQueue
from ..ports.task_records import Reservation, TaskRecords
from .check import CheckTask
from .mint import KeyMint


@dataclass(frozen=True, slots=True)
class Accepted:
    """A task that will run, under this address, whatever happens to the caller."""

    address: Address
    is_repeat: bool = False
    """True: the idempotency key named a task that was accepted before."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """A checked request on its way in."""

    task: Task
    reservation: Reservation | None


class SubmitTasks:
    """Accepts tasks one by one or in batches; a batch is taken whole or not at all."""

    def __init__(
        self,
        *,
        check: CheckTask,
        records: TaskRecords,
        queue: TaskQueue,
        clock: Clock,
        randomness: Randomness,
        limits: Limits,
    ) -> None:
        self._check = check
        self._records = records
        self._queue = queue
        self._clock = clock
        self._mint = KeyMint(clock=clock, randomness=randomness)
        self._limits = limits

    async def __call__(
        self, requests: Sequence[TaskRequest], *, namespace: str = ""
    ) -> list[Accepted]:
        """Accept every request, in order; on return each is recorded and queued.

        Raises:
            RequestError: one of them cannot be accepted; nothing was queued. In a batch the
                message begins with its position.
            PortError: store or queue failed; what was recorded has been taken back as far as
                they answer, and what could not be taken back ends as lost.
        """
        check_namespace(namespace)
        self._check_size(requests)
        is_batch = len(requests) > 1
        plans = [
            await self._plan(request, namespace, at if is_batch else None)
            for at, request in enumerate(requests)
        ]
        in_force = await self._reserve([p.reservation for p in plans if p.reservation])
        await self._enqueue(
            [p for p in plans if in_force.get(p.task.key, p.task.key) == p.task.key]
        )
        return [
            Accepted(Address(namespace, key), is_repeat=key != plan.task.key)
            for plan in plans
            for key in [in_force.get(plan.task.key, plan.task.key)]
        ]

    def _check_size(self, requests: Sequence[TaskRequest]) -> None:
        if len(requests) > self._limits.max_batch:
            raise BatchTooLarge(
                f"a batch holds at most {self._limits.max_batch} tasks, this one has "
                f"{len(requests)}: send several"
            )

    async def _plan(self, request: TaskRequest, namespace: str, position: int | None) -> _Plan:
        try:
            source_digest = await self._check.admit(request)
            task = accept(
                request,
                key=self._mint.key(request.function),
                namespace=namespace,
                source_digest=source_digest,
                limits=self._limits,
            )
        except RequestError as exc:
            if position is None:
                raise
            raise type(exc)(f"tasks[{position}]: {exc.message}") from exc
        return _Plan(task, _reservation(request, task))

    async def _reserve(self, wanted: Sequence[Reservation]) -> dict[str, str]:
        """For each task with an idempotency key: its own key, mapped to the key in force."""
        if not wanted:
            return {}
        found = await self._records.reserve(wanted, self._limits.idempotency_window)
        for mine, theirs in zip(wanted, found, strict=True):
            if mine.request_digest != theirs.request_digest:
                await self._records.discard([], wanted)
                raise IdempotencyConflict(
                    f"the idempotency key of {theirs.key} was used with another request: choose "
                    "another key for a different request"
                )
        return {mine.key: theirs.key for mine, theirs in zip(wanted, found, strict=True)}

    async def _enqueue(self, plans: Sequence[_Plan]) -> None:
        if not plans:
            return
        now = self._clock.now()
        try:
            changes = [opening(record_of(plan.task), now=now) for plan in plans]
            if any(isinstance(told, Refused) for told in await self._records.store(changes)):
                raise RuntimeError("a unique part of a key was drawn twice")
            await self._queue.put([plan.task for plan in plans])
        except PortError:
            await self._take_back(plans)
            raise

    async def _take_back(self, plans: Sequence[_Plan]) -> None:
        addresses = [Address(plan.task.namespace, plan.task.key) for plan in plans]
        try:
            await self._records.discard(addresses, [p.reservation for p in plans if p.reservation])
        except PortError:
            # The first failure is the one to report; what stays recorded ends by its deadline.
            return


def _reservation(request: TaskRequest, task: Task) -> Reservation | None:
    if request.idempotency_key is None:
        return None
    # The digest stands for the source, so that sending either of the two is the same request.
    said = request.model_copy(update={"source": None, "source_digest": task.source_digest})
    return Reservation(
        namespace=task.namespace,
        name=_sha256(request.idempotency_key),
        key=task.key,
        request_digest=_sha256(said.model_dump_json()),
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
