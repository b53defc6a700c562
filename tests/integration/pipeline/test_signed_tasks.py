"""Whoever can write to the queue cannot have code run: what was altered there is refused."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta

import pytest
import redis

from fleeting.adapters.celery.streams.keys import MESSAGE
from fleeting.adapters.sdk.handle import Handle
from fleeting.domain.result import Status
from fleeting.entrypoints.local import Fleeting

from ..servers.wait import wait_until
from .conftest import MakeDeployment

SAME = "def same(x):\n    return x\n"
STREAM = "{fleeting}:fleeting:stream:0"
PATIENCE = 60

Alter = Callable[[bytes], bytes]


@pytest.fixture
def queue(valkey_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(valkey_url) as client:
        yield client


@pytest.fixture
def client(valkey_url: str) -> Iterator[Fleeting]:
    with Fleeting.from_settings(store=valkey_url) as client:
        yield client


def tamper(queue: redis.Redis, alter: Alter) -> None:
    """Have the queue hold something else in place of each message."""
    with queue.pipeline() as pipe:
        for entry, fields in queue.xrange(STREAM):
            pipe.xadd(STREAM, {**fields, MESSAGE: alter(fields[MESSAGE.encode()])})
            pipe.xdel(STREAM, entry)
        pipe.execute()


def ended(handles: Sequence[Handle]) -> Mapping[str, tuple[Status, object]]:
    """What became of each task: its status with the value, or with the code of the error."""
    until = time.monotonic() + PATIENCE
    found = {}
    for handle in handles:
        facts = handle.facts(max(0, until - time.monotonic()))
        code = facts.error.code if facts.error else None
        found[handle.key] = (facts.status, facts.value if code is None else code)
    return found


def flipped(raw: bytes, at: int) -> bytes:
    bit = (1, 2, 4, 8, 16, 32, 64, 128)[at % 8]
    return raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :]


def assert_refused_or_unchanged(
    handles: Sequence[Handle], values: Sequence[object]
) -> tuple[int, int]:
    """Each has run as it was submitted, or its record says that it was refused."""
    found = ended(handles)
    refused = 0
    for handle, value in zip(handles, values, strict=True):
        outcome = found[handle.key]
        if outcome != (Status.SUCCEEDED, value):
            assert outcome == (Status.FAILED, "task_not_trusted"), (value, outcome)
            refused += 1
    return refused, len(handles) - refused


@pytest.mark.timeout(180)
def test_no_byte_of_a_queued_message_can_be_changed(
    deploy: MakeDeployment, valkey_url: str, client: Fleeting, queue: redis.Redis
) -> None:
    """Each byte of it once, in a task of its own; what is outside the signature changes nothing."""
    probe = client.submit(SAME, "same", 1000)
    [(_, fields)] = queue.xrange(STREAM)
    positions = iter(range(len(fields[MESSAGE.encode()])))
    values = [1000 + number for number in range(len(fields[MESSAGE.encode()]))]
    handles = [probe, *(client.submit(SAME, "same", value) for value in values[1:])]
    tamper(queue, lambda raw: flipped(raw, next(positions)))

    worker = deploy(store=valkey_url, sandbox_reuse="true").worker()

    refused, unchanged = assert_refused_or_unchanged(handles, values)
    denied = '"action": "runTask", "outcome": "denied"'
    wait_until(lambda: worker.output.count(denied) >= refused, within=timedelta(seconds=30))
    assert refused > 1000
    assert unchanged > 100
    assert all(1000 <= value < 1000 + len(values) for value in client.values("same"))


@pytest.mark.timeout(180)
def test_no_byte_of_a_queued_chunk_can_be_changed(
    deploy: MakeDeployment, valkey_url: str, client: Fleeting, queue: redis.Redis
) -> None:
    """Bytes all over it, each in a chunk of its own; calls that are whole may still run."""
    chunks, calls = 150, 4
    values = list(range(1000, 1000 + chunks * calls))
    handles = [
        handle
        for start in range(0, len(values), calls)
        for handle in client.map(SAME, "same", values[start : start + calls])
    ]
    numbers = iter(range(chunks))
    tamper(queue, lambda raw: flipped(raw, len(raw) * next(numbers) // chunks))

    deploy(store=valkey_url, sandbox_reuse="true").worker()

    refused, unchanged = assert_refused_or_unchanged(handles, values)
    assert refused > chunks
    assert unchanged > chunks
