"""The API over adapters in memory, with a clock that the test moves and a worker that it plays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from threading import Event
from typing import Any

from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from fleeting.adapters.fastapi.app import make_app
from fleeting.adapters.memory.clock import ManualClock
from fleeting.adapters.memory.event_feed import MemoryEventFeed
from fleeting.adapters.memory.quarantines import MemoryQuarantines
from fleeting.adapters.memory.result_store import MemoryResultReader, MemoryResultWriter
from fleeting.adapters.memory.source_store import MemorySources, MemorySourceWriter
from fleeting.adapters.memory.store import MemoryStore
from fleeting.adapters.memory.task_queue import MemoryTaskQueue
from fleeting.adapters.memory.task_records import MemoryTaskRecords
from fleeting.adapters.system.randomness import SystemRandomness
from fleeting.domain.change import Change, Hold, Note, Refused, transition
from fleeting.domain.errors import PortError
from fleeting.domain.isolation import Isolation
from fleeting.domain.limits import Limits
from fleeting.domain.outcome import ErrorInfo
from fleeting.domain.result import Progress, Record
from fleeting.domain.result_key import Address
from fleeting.ports.clock import Clock
from fleeting.ports.result_store import StoredResult
from fleeting.usecases.admission import Admission
from fleeting.usecases.admit import AdmitTask
from fleeting.usecases.backpressure import Backpressure
from fleeting.usecases.cancel import CancelTask
from fleeting.usecases.check import CheckTask
from fleeting.usecases.follow import Follow
from fleeting.usecases.known_quarantines import KnownQuarantines
from fleeting.usecases.known_sources import KnownSources
from fleeting.usecases.quotas import Quotas
from fleeting.usecases.retrieve import MetricRetriever
from fleeting.usecases.submit import SubmitTasks

SOURCE = "def add(a, b):\n    return a + b\n"
TASK = {"source": SOURCE, "function": "add", "args": [1, 2]}
WORKER = "worker-1"


class HeardFeed(MemoryEventFeed):
    """Knows when somebody has begun to listen."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self.is_heard = Event()

    async def latest(self, namespace: str) -> str:
        position = await super().latest(namespace)
        self.is_heard.set()
        return position


class CountingReader(MemoryResultReader):
    """Knows how often a single result was asked for."""

    reads = 0

    async def read(self, address: Address) -> StoredResult | None:
        self.reads += 1
        return await super().read(address)


class Platform:
    """One installation: use cases over stores in memory, and a worker's hands on them."""

    def __init__(self, *, clock: Clock | None = None, limits: Limits | None = None) -> None:
        self.clock = clock or ManualClock()
        self.limits = limits or Limits()
        self.store = MemoryStore(self.clock.now)
        self.sources = MemorySources(self.clock.now)
        self.queue = MemoryTaskQueue(inline_bytes=1024)
        self.writer = MemoryResultWriter(self.store)
        self.records = MemoryTaskRecords(self.store)
        self.reader = CountingReader(self.store)
        self.feed = HeardFeed(self.store)
        self.follow = Follow(feed=self.feed)

    def app(self, **options: Any) -> FastAPI:
        known = KnownSources(
            sources=MemorySourceWriter(self.sources), clock=self.clock, limits=self.limits
        )
        admission = Admission(
            sources=known,
            limits=self.limits,
            isolation=Isolation.PROCESS,
            quarantines=KnownQuarantines(MemoryQuarantines(self.store), clock=self.clock),
        )
        backpressure = Backpressure(
            self.queue, records=self.records, limits=self.limits, clock=self.clock
        )
        given: dict[str, Any] = {
            "submit": SubmitTasks(
                admit=AdmitTask(admission),
                records=self.records,
                queue=self.queue,
                clock=self.clock,
                randomness=SystemRandomness(),
                limits=self.limits,
                backpressure=backpressure,
                quotas=Quotas(self.records, limits=self.limits, clock=self.clock),
            ),
            "backpressure": backpressure,
            "check": CheckTask(admission),
            "cancel": CancelTask(records=self.records),
            "retriever": MetricRetriever(
                reader=self.reader,
                follow=self.follow,
                clock=self.clock,
                limits=self.limits,
            ),
            "follow": self.follow,
            "clock": self.clock,
            "pings": {"result store": self.store, "task queue": self.queue},
            "limits": self.limits,
            "isolation": Isolation.PROCESS,
            "roles": frozenset({"submit", "retrieve"}),
            "max_body_bytes": 1024 * 1024,
            "version": "1.2.3",
        }
        return make_app(**given | options)

    async def listened(self) -> None:
        """Return once a long poll or a stream listens."""
        await asyncio.to_thread(self.feed.is_heard.wait, 10)

    def break_store(self, error: PortError) -> None:
        self.store.switch.turn_off(error)

    def start(self, key: str, namespace: str = "") -> Record:
        """Claim the task, as a worker does."""
        record = self.record(key, namespace)
        running = record.running(at=self.clock.now(), worker=WORKER)
        return self._store(transition(record, running, now=self.clock.now()))

    def succeed(self, key: str, value: bytes = b"3", namespace: str = "") -> Record:
        """Run the task to a value."""
        return self.end(self.start(key, namespace), value)

    def end(self, running: Record, value: bytes) -> Record:
        """End a run with a value."""
        ended = running.succeeded(
            at=self.clock.now(),
            value_bytes=len(value),
            run_time=timedelta(seconds=0.25),
            isolation=Isolation.PROCESS,
            output="printed\n",
        )
        return self._store(transition(running, ended, now=self.clock.now(), value=value))

    def fail(self, key: str, error: ErrorInfo) -> Record:
        """Run the task to an error."""
        running = self.start(key)
        ended = running.failed(at=self.clock.now(), error=error)
        return self._store(transition(running, ended, now=self.clock.now()))

    def progress(self, running: Record, done: float) -> None:
        """Report how far a run has come."""
        hold = Hold(running.address, running.version)
        self.writer.report([Note(hold=hold, progress=Progress(done=done), output=None)])

    def record(self, key: str, namespace: str = "") -> Record:
        """What is stored of a task."""
        [found] = self.writer.load([Address(namespace, key)])
        assert found.record is not None
        return found.record

    def _store(self, change: Change) -> Record:
        [outcome] = self.writer.store([change])
        assert not isinstance(outcome, Refused)
        return change.record


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[AsyncClient]:
    """A client of `app`, which is started and stopped around it."""
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://test") as client,
    ):
        yield client


async def submitted(client: AsyncClient, **options: Any) -> str:
    """The key of an accepted task."""
    answer = await client.post("/tasks", json=TASK | options)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["key"])
