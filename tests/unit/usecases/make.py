"""One installation in memory: a clock that the test moves, and a runner that it scripts."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from fleeting.adapters.memory.clock import ManualClock
from fleeting.adapters.memory.event_feed import MemoryEventFeed
from fleeting.adapters.memory.fleet import MemoryFleet
from fleeting.adapters.memory.policy_source import FixedPolicy
from fleeting.adapters.memory.quarantines import MemoryQuarantineRegister, MemoryQuarantines
from fleeting.adapters.memory.randomness import SeededRandomness
from fleeting.adapters.memory.result_store import (
    MemoryOpenTasks,
    MemoryResultReader,
    MemoryResultWriter,
)
from fleeting.adapters.memory.secrets import (
    MemoryLeaseSource,
    MemorySecrets,
    MemorySecretSource,
)
from fleeting.adapters.memory.source_store import (
    MemorySourceReader,
    MemorySources,
    MemorySourceWriter,
)
from fleeting.adapters.memory.store import MemoryStore
from fleeting.adapters.memory.task_queue import MemoryTaskQueue
from fleeting.adapters.memory.task_records import MemoryTaskRecords
from fleeting.domain.change import Change, Hold, Note, Refused, Renewal, Snapshot, Swapped
from fleeting.domain.isolation import Isolation
from fleeting.domain.limits import Limits
from fleeting.domain.message import decode
from fleeting.domain.outcome import ErrorInfo
from fleeting.domain.policy import Policy
from fleeting.domain.result import Record
from fleeting.domain.result_key import Address
from fleeting.domain.retry import Backoff
from fleeting.domain.task import Task, TaskRequest
from fleeting.domain.verdict import RunReport
from fleeting.ports.clock import Clock
from fleeting.ports.runner import RunObserver, RunRequest
from fleeting.usecases.admission import Admission
from fleeting.usecases.admit import AdmitTask
from fleeting.usecases.backpressure import Backpressure
from fleeting.usecases.cancel import CancelTask
from fleeting.usecases.check import CheckTask
from fleeting.usecases.execute import ExecuteTask
from fleeting.usecases.follow import Follow
from fleeting.usecases.known_quarantines import KnownQuarantines
from fleeting.usecases.known_sources import KnownSources
from fleeting.usecases.leases import Leases
from fleeting.usecases.quotas import Quotas
from fleeting.usecases.report import Reports
from fleeting.usecases.resolve_references import ResolveReferences
from fleeting.usecases.retrieve import MetricRetriever
from fleeting.usecases.run_leases import RunLeases
from fleeting.usecases.run_script import RunScript
from fleeting.usecases.source_guard import SourceGuard
from fleeting.usecases.submit import SubmitTasks
from fleeting.usecases.sweep import SweepOverdue

SOURCE = "def add(a, b):\n    return a + b\n"
SECOND = timedelta(seconds=1)
LEASE = 10 * SECOND
RAISED = ErrorInfo(code="script_raised", message="division by zero")

Step = Callable[[RunRequest, RunObserver], RunReport]


def a_request(**changes: Any) -> TaskRequest:
    return TaskRequest.read({"source": SOURCE, "function": "add", "args": [1, 2]} | changes)


def a_report(**facts: Any) -> RunReport:
    return RunReport(**{"isolation": Isolation.PROCESS} | facts)


THREE = a_report(value=b"3")


class ScriptedRunner:
    """`Runner` whose runs do what the test says, in order; without a script each returns 3."""

    def __init__(self, isolation: Isolation = Isolation.PROCESS) -> None:
        self.isolation = isolation
        self.requests: list[RunRequest] = []
        self.stopped: list[str] = []
        self._steps: list[Step] = []

    def will(self, step: Step | RunReport | Exception) -> None:
        """Say what the next run does."""

        def play(request: RunRequest, observer: RunObserver) -> RunReport:
            if isinstance(step, Exception):
                raise step
            return step if isinstance(step, RunReport) else step(request, observer)

        self._steps.append(play)

    def run(self, request: RunRequest, observer: RunObserver) -> RunReport:
        self.requests.append(request)
        return self._steps.pop(0)(request, observer) if self._steps else THREE

    def stop(self, run_id: str) -> None:
        self.stopped.append(run_id)


class InterposedWriter:
    """`ResultWriter` around another one; lets the test act right before or after its calls."""

    def __init__(self, writer: MemoryResultWriter) -> None:
        self._writer = writer
        self.calls: list[str] = []
        self._before: dict[str, list[Callable[[], None]]] = defaultdict(list)
        self._after: dict[str, list[Callable[[], None]]] = defaultdict(list)

    def before(self, call: str, *acts: Callable[[], None]) -> None:
        """Do the first act before the next such call, the second before the one after it…"""
        self._before[call] += acts

    def after(self, call: str, *acts: Callable[[], None]) -> None:
        """Do the first act after the next such call took place, and so on."""
        self._after[call] += acts

    def load(self, addresses: Sequence[Address]) -> list[Snapshot]:
        return self._around("load", lambda: self._writer.load(addresses))

    def store(self, changes: Sequence[Change]) -> list[Swapped | Refused]:
        return self._around("store", lambda: self._writer.store(changes))

    def renew(self, holds: Sequence[Hold], lease: timedelta) -> list[Renewal]:
        return self._around("renew", lambda: self._writer.renew(holds, lease))

    def report(self, notes: Sequence[Note]) -> None:
        return self._around("report", lambda: self._writer.report(notes))

    def _around(self, call: str, do: Callable[[], Any]) -> Any:
        self.calls.append(call)
        if self._before[call]:
            self._before[call].pop(0)()
        answer = do()
        if self._after[call]:
            self._after[call].pop(0)()
        return answer


class AlarmClock(ManualClock):
    """Does something at the n-th sleep."""

    def __init__(self, naps: int, act: Callable[[], None]) -> None:
        super().__init__()
        self._naps = naps
        self._act = act

    def sleep(self, pause: timedelta) -> None:
        super().sleep(pause)
        self._naps -= 1
        if self._naps == 0:
            self._act()


def fail_with(error: Exception) -> Callable[[], None]:
    """An act that raises."""

    def act() -> None:
        raise error

    return act


class Worker:
    """One worker process of an installation."""

    def __init__(self, home: Installation, name: str, runner: ScriptedRunner, clock: Clock) -> None:
        self.runner = runner
        self.writer = InterposedWriter(MemoryResultWriter(home.store))
        self.leases = Leases(writer=self.writer, clock=clock, lease=LEASE)
        self.reports = Reports(writer=self.writer)
        run_script = RunScript(
            sources=MemorySourceReader(home.sources),
            runner=runner,
            clock=clock,
            limits=home.limits,
            resolve=home.resolve,
        )
        self.guard = SourceGuard(MemoryQuarantineRegister(home.store), home.limits)
        self.execute = ExecuteTask(
            writer=self.writer,
            run_script=run_script,
            leases=self.leases,
            reports=self.reports,
            clock=clock,
            randomness=SeededRandomness(),
            backoff=Backoff(),
            worker=name,
            guard=self.guard,
        )
        self._home = home

    def serve_for_a_lease(self) -> None:
        """Let a whole lease pass with a heartbeat every quarter of it."""
        self.leases.beat()
        for _ in range(4):
            self._home.clock.advance(LEASE / 4)
            self.leases.beat()


class Installation:
    """Everything over one store, one source store and one queue in memory."""

    def __init__(
        self,
        *,
        isolation: Isolation = Isolation.PROCESS,
        policy: Policy | None = None,
        **limits: Any,
    ) -> None:
        self.limits = Limits.model_validate(limits)
        self.clock = ManualClock()
        self.store = MemoryStore(self.clock.now)
        self.sources = MemorySources(self.clock.now)
        self.queue = MemoryTaskQueue(inline_bytes=1024, elapsed=self.clock.elapsed)
        self.fleet = MemoryFleet(self.store)
        self.reader = MemoryResultReader(self.store)
        self.records = MemoryTaskRecords(self.store)
        self.feed = MemoryEventFeed(self.store)
        known = KnownSources(
            sources=MemorySourceWriter(self.sources),
            clock=self.clock,
            limits=self.limits,
            fleet=self.fleet,
        )
        self.secrets = MemorySecrets(self.clock.now)
        self.run_leases = RunLeases(MemoryLeaseSource(self.secrets), self.clock)
        self.resolve = ResolveReferences(
            policy=FixedPolicy(policy or Policy()),
            source=MemorySecretSource(self.secrets),
            lend=self.run_leases.lent,
            clock=self.clock,
        )
        self.quarantines = MemoryQuarantines(self.store)
        admission = Admission(
            sources=known,
            limits=self.limits,
            isolation=isolation,
            policy=policy and FixedPolicy(policy),
            quarantines=KnownQuarantines(self.quarantines, clock=self.clock),
        )
        self.check = CheckTask(admission)
        self.admit = AdmitTask(admission)
        self.backpressure = Backpressure(
            self.queue, records=self.records, limits=self.limits, clock=self.clock
        )
        self.submit = SubmitTasks(
            admit=self.admit,
            records=self.records,
            queue=self.queue,
            clock=self.clock,
            randomness=SeededRandomness(),
            limits=self.limits,
            backpressure=self.backpressure,
            quotas=Quotas(self.records, limits=self.limits, clock=self.clock),
        )
        self.cancel = CancelTask(records=self.records)
        self.follow = Follow(feed=self.feed)
        self.retriever = MetricRetriever(
            reader=self.reader, follow=self.follow, clock=self.clock, limits=self.limits
        )
        self.sweep = SweepOverdue(
            writer=MemoryResultWriter(self.store), open_tasks=MemoryOpenTasks(self.store)
        )
        self.worker = self.new_worker("host:1")

    def new_worker(
        self,
        name: str,
        *,
        isolation: Isolation = Isolation.PROCESS,
        clock: Clock | None = None,
    ) -> Worker:
        return Worker(self, name, ScriptedRunner(isolation), clock or self.clock)

    async def submitted(self, *, namespace: str = "", principal: str = "", **changes: Any) -> Task:
        """Submit a task and take its message off the queue."""
        [accepted] = await self.submit(
            [a_request(**changes)], namespace=namespace, principal=principal
        )
        self.clock.advance(timedelta(seconds=changes.get("countdown_seconds", 0)))
        task = self.taken()
        assert task is not None
        assert task.key == accepted.address.key
        return task

    def taken(self) -> Task | None:
        """The next task off the queue, through its message."""
        body = self.queue.take_due()
        if body is None:
            return None
        return replace(decode(json.loads(body), limits=self.limits), signer="key-of-the-api")

    async def ran(self, **changes: Any) -> Address:
        """Submit a task and have the worker do it."""
        task = await self.submitted(**changes)
        self.worker.execute(task)
        return Address(task.namespace, task.key)

    async def record(self, task: Task | Address) -> Record:
        """What a reader sees of a task."""
        address = task if isinstance(task, Address) else Address(task.namespace, task.key)
        found = await self.reader.read(address)
        assert found is not None
        return found.record

    async def value(self, task: Task | Address) -> bytes | None:
        address = task if isinstance(task, Address) else Address(task.namespace, task.key)
        found = await self.reader.read(address)
        assert found is not None
        return found.value


async def informed() -> Installation:
    """One whose worker has heard of the store's time."""
    home = Installation()
    await home.ran()
    home.worker.writer.calls.clear()
    return home
