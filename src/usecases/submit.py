"""Accept tasks: check, record, queue, and only then say yes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..domain.errors import BatchTooLarge, IdempotencyConflict, PortError, RequestError
from ..domain.limits import Limits
from ..domain.result_key import Address, check_namespace
from ..domain.task import TaskRequest, accept
from ..ports.clock import Clock
from ..ports.randomness import Randomness
from ..ports.task_queue import TaskQueue
from ..ports.task_records import TaskRecords
from .admit import AdmitTask, Seen
from .backpressure import Backpressure
from .bring_in import BringIn
from .mint import KeyMint
from .plan import Plan, due_plans, reservation
from .quotas import Quotas


@dataclass(frozen=True, slots=True)
class Accepted:
    """A task that will run, under this address, whatever happens to the caller."""

    address: Address
    is_repeat: bool = False
    """True: the idempotency key named a task that was accepted before."""


class SubmitTasks:
    """Accepts tasks one by one or in batches; a batch is taken whole or not at all."""

    def __init__(
        self,
        *,
        admit: AdmitTask,
        records: TaskRecords,
        queue: TaskQueue,
        clock: Clock,
        randomness: Randomness,
        limits: Limits,
        backpressure: Backpressure,
        quotas: Quotas | None = None,
        is_one_server: bool = False,
    ) -> None:
        self._admit = admit
        self._backpressure = backpressure
        self._quotas = quotas
        self._records = records
        self._bring_in = BringIn(records=records, queue=queue, is_one_server=is_one_server)
        self._clock = clock
        self._mint = KeyMint(clock=clock, randomness=randomness)
        self._limits = limits

    async def __call__(
        self, requests: Sequence[TaskRequest], *, namespace: str = "", principal: str = ""
    ) -> list[Accepted]:
        """Accept every request, in order; on return each is recorded and queued.

        Args:
            requests: what is to run.
            namespace: whose tasks they are; "" is the default one.
            principal: the subject who asks, kept with each task; "": nobody knows.

        Raises:
            RequestError: one of them cannot be accepted; nothing was queued. In a batch the
                message begins with its position.
            QuotaExceeded: the namespace has as much as it may; nothing was queued.
            QueueFull: too much waits for workers; nothing was queued.
            PortError: store or queue failed; what was recorded has been taken back as far as
                they answer, and what could not be taken back ends as lost.
        """
        check_namespace(namespace)
        self._check_size(requests)
        await self._backpressure.check()
        if self._quotas is not None:
            await self._quotas.check(namespace, len(requests))
        is_batch, seen = len(requests) > 1, Seen()
        plans = await self._settle(
            [
                await self._plan(
                    request, namespace, at if is_batch else None, seen, principal=principal
                )
                for at, request in enumerate(requests)
            ]
        )
        await self._enqueue(plans)
        return [Accepted(Address(namespace, p.task.key), is_repeat=p.is_repeat) for p in plans]

    def _check_size(self, requests: Sequence[TaskRequest]) -> None:
        if len(requests) > self._limits.max_batch:
            raise BatchTooLarge(
                f"a batch holds at most {self._limits.max_batch} tasks, this one has "
                f"{len(requests)}: send several"
            )

    async def _plan(
        self,
        request: TaskRequest,
        namespace: str,
        position: int | None,
        seen: Seen,
        *,
        principal: str,
    ) -> Plan:
        try:
            source_digest = await self._admit(
                request, namespace=namespace, principal=principal, seen=seen
            )
            task = accept(
                request,
                key=self._mint.key(request.function),
                namespace=namespace,
                source_digest=source_digest,
                limits=self._limits,
                principal=principal,
            )
        except RequestError as exc:
            if position is None:
                raise
            raise type(exc)(f"tasks[{position}]: {exc.message}") from exc
        return Plan(task, reservation(request, task))

    async def _settle(self, plans: Sequence[Plan]) -> list[Plan]:
        """The plans under the keys in force: repeats get the key that was given before."""
        wanted = [plan.reservation for plan in plans if plan.reservation]
        if not wanted:
            return list(plans)
        found = await self._records.reserve(wanted, self._limits.idempotency_window)
        for mine, theirs in zip(wanted, found, strict=True):
            if mine.request_digest != theirs.request_digest:
                await self._records.discard([], wanted)
                raise IdempotencyConflict(
                    f"the idempotency key of {theirs.key} was used with another request: choose "
                    "another key for a different request"
                )
        in_force = {mine.key: theirs.key for mine, theirs in zip(wanted, found, strict=True)}
        return [plan.under(in_force.get(plan.task.key, plan.task.key)) for plan in plans]

    async def _enqueue(self, plans: Sequence[Plan]) -> None:
        now = self._clock.now()
        due = due_plans(plans, now)
        if not due:
            return
        try:
            await self._bring_in(due, now=now)
        except PortError:
            await self._take_back([plan for plan in due if not plan.is_repeat])
            raise

    async def _take_back(self, plans: Sequence[Plan]) -> None:
        addresses = [Address(plan.task.namespace, plan.task.key) for plan in plans]
        try:
            await self._records.discard(addresses, [p.reservation for p in plans if p.reservation])
        except PortError:
            # The first failure is the one to report; what stays recorded ends by its deadline.
            return
