"""The memory worker brings messages to the use case, and stops in time."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from queue import SimpleQueue
from threading import Event

import pytest

from fleeting.adapters.memory.clock import ManualClock
from fleeting.adapters.memory.task_queue import MemoryTaskQueue
from fleeting.adapters.memory.worker import MemoryWorker
from fleeting.adapters.signatures.ed25519 import Ed25519Signer, Ed25519Verifier
from fleeting.domain.errors import MalformedMessage, SandboxUnavailable, StoreCorrupt
from fleeting.domain.limits import Limits
from fleeting.domain.result_key import Address
from fleeting.domain.task import Task
from fleeting.testing.task_queue import sample_task
from fleeting.usecases.execute import Again, Done
from fleeting.usecases.open_message import OpenMessage

from ....unsigned import unsigned

PATIENCE = 20.0
Start = Callable[..., MemoryWorker]


@pytest.fixture
def queue() -> MemoryTaskQueue:
    return MemoryTaskQueue(inline_bytes=4096)


@pytest.fixture
def start(queue: MemoryTaskQueue) -> Iterator[Start]:
    workers: list[MemoryWorker] = []

    def start(
        execute: Callable[[Task], Done | Again],
        refuse: Callable[[MalformedMessage], object] = lambda _error: False,
    ) -> MemoryWorker:
        worker = MemoryWorker(
            queue=queue, execute=execute, refuse=refuse, open_message=unsigned(), threads=2
        )
        worker.start()
        workers.append(worker)
        return worker

    yield start
    stopped = [worker.stop() for worker in workers]
    assert all(stopped)


def put(queue: MemoryTaskQueue, *numbers: int) -> None:
    asyncio.run(queue.put([sample_task(number) for number in numbers]))


def test_task_reaches_the_use_case(queue: MemoryTaskQueue, start: Start) -> None:
    arrived: SimpleQueue[Task] = SimpleQueue()

    def execute(task: Task) -> Done:
        arrived.put(task)
        return Done()

    start(execute)
    put(queue, 1)

    assert arrived.get(timeout=PATIENCE) == sample_task(1)


def test_threads_work_side_by_side(queue: MemoryTaskQueue, start: Start) -> None:
    arrived: SimpleQueue[Task] = SimpleQueue()
    both_are_there = Event()

    def execute(task: Task) -> Done:
        arrived.put(task)
        assert both_are_there.wait(PATIENCE)
        return Done()

    start(execute)
    put(queue, 1, 2)

    keys = {arrived.get(timeout=PATIENCE).key for _ in range(2)}
    both_are_there.set()
    assert keys == {sample_task(1).key, sample_task(2).key}


def test_again_delivers_the_same_task_later(queue: MemoryTaskQueue, start: Start) -> None:
    arrived: SimpleQueue[Task] = SimpleQueue()
    outcomes = iter([Again(timedelta(milliseconds=10)), Done()])

    def execute(task: Task) -> Done | Again:
        arrived.put(task)
        return next(outcomes)

    start(execute)
    put(queue, 1)

    assert arrived.get(timeout=PATIENCE) == arrived.get(timeout=PATIENCE) == sample_task(1)


@pytest.mark.parametrize(
    "body",
    [b"\x80garbage", b"[]", b"{}", b'{"key": "secret"}', b"[" * 100_000, b"NaN"],
    ids=["binary", "list", "empty", "malformed key", "deep", "NaN"],
)
def test_malformed_message_is_logged_and_dropped(
    queue: MemoryTaskQueue, start: Start, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    """The worker goes on with the next message, and the log does not repeat the payload."""
    arrived: SimpleQueue[Task] = SimpleQueue()

    def execute(task: Task) -> Done:
        arrived.put(task)
        return Done()

    refused: SimpleQueue[MalformedMessage] = SimpleQueue()
    with caplog.at_level(logging.WARNING):
        queue.put_back(body, timedelta(0))
        start(execute, refused.put)
        put(queue, 1)
        assert arrived.get(timeout=PATIENCE) == sample_task(1)
        assert refused.get(timeout=PATIENCE)

    assert "dropped" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize("trouble", [None, StoreCorrupt("garbage")])
def test_the_task_of_a_malformed_message_is_ended(
    queue: MemoryTaskQueue, start: Start, trouble: Exception | None
) -> None:
    """The worker goes on where that fails, too."""
    refused: SimpleQueue[MalformedMessage] = SimpleQueue()
    arrived: SimpleQueue[Task] = SimpleQueue()
    key = sample_task(2).key

    def refuse(error: MalformedMessage) -> None:
        refused.put(error)
        if trouble is not None:
            raise trouble

    def execute(task: Task) -> Done:
        arrived.put(task)
        return Done()

    queue.put_back(json.dumps({"key": key, "args": 5}).encode(), timedelta(0))
    start(execute, refuse)
    put(queue, 1)

    assert refused.get(timeout=PATIENCE).address == Address("", key)
    assert arrived.get(timeout=PATIENCE) == sample_task(1)


@pytest.mark.parametrize("error", [StoreCorrupt("garbage"), ZeroDivisionError()])
def test_task_that_cannot_be_executed_stops_no_other(
    queue: MemoryTaskQueue, start: Start, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    arrived: SimpleQueue[Task] = SimpleQueue()

    def execute(task: Task) -> Done:
        arrived.put(task)
        if task.args == [0]:
            raise error
        return Done()

    with caplog.at_level(logging.ERROR):
        worker = start(execute)
        put(queue, 0, 1, 2)
        keys = {arrived.get(timeout=PATIENCE).key for _ in range(3)}
        assert worker.stop()

    assert len(keys) == 3
    assert "could not be executed" in caplog.text


def test_failure_that_may_pass_is_tried_again(queue: MemoryTaskQueue, start: Start) -> None:
    arrived: SimpleQueue[Task] = SimpleQueue()
    errors = iter([SandboxUnavailable("no process could be started"), None])

    def execute(task: Task) -> Done:
        arrived.put(task)
        if (error := next(errors)) is not None:
            raise error
        return Done()

    start(execute)
    put(queue, 1)

    assert arrived.get(timeout=PATIENCE) == arrived.get(timeout=PATIENCE)


def test_stopped_worker_takes_nothing_more(queue: MemoryTaskQueue, start: Start) -> None:
    arrived: SimpleQueue[Task] = SimpleQueue()

    def execute(task: Task) -> Done:
        arrived.put(task)
        return Done()

    worker = start(execute)

    assert worker.stop()
    put(queue, 1)
    assert arrived.empty()


def test_stop_does_not_wait_for_ever(queue: MemoryTaskQueue, start: Start) -> None:
    """A run that does not end is reported, and waited for no longer than asked."""
    begun, release = Event(), Event()

    def execute(task: Task) -> Done:
        begun.set()
        assert release.wait(PATIENCE)
        return Done()

    worker = start(execute)
    put(queue, 1)
    assert begun.wait(PATIENCE)

    stopped = worker.stop(within=timedelta(milliseconds=50))
    release.set()

    assert not stopped


def test_what_was_altered_in_the_queue_is_refused() -> None:
    signer = Ed25519Signer.of_this_process()
    queue = MemoryTaskQueue(inline_bytes=4096, name="memory", sign=signer.sign)
    read = OpenMessage(
        Limits(),
        clock=ManualClock(sample_task(1).submitted_at),
        verifier=Ed25519Verifier(signer.trusted),
        queues={"memory"},
    )
    run: SimpleQueue[Task] = SimpleQueue()
    refused: SimpleQueue[MalformedMessage] = SimpleQueue()

    def execute(task: Task) -> Done:
        run.put(task)
        return Done()

    put(queue, 1, 2)
    for body in (queue.take_due(), queue.take_due()):
        assert body is not None
        queue.put_back(body.replace(b"[2]", b"[3]"), timedelta(0))
    worker = MemoryWorker(
        queue=queue, execute=execute, refuse=refused.put, open_message=read, threads=1
    )
    worker.start()

    assert run.get(timeout=PATIENCE) == replace(sample_task(1), signer=signer.key_id)
    error = refused.get(timeout=PATIENCE)
    assert worker.stop()
    assert (error.code, error.address) == (
        "task_not_trusted",
        Address("team-a", sample_task(2).key),
    )
