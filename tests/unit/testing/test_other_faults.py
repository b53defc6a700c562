"""The contracts of sources, queue, clock and chance catch each of these faults."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from fleeting.adapters.memory.clock import ManualClock
from fleeting.adapters.memory.randomness import SeededRandomness
from fleeting.adapters.memory.source_store import MemorySources, MemorySourceWriter
from fleeting.adapters.memory.store import MemoryStore
from fleeting.adapters.memory.task_queue import MemoryTaskQueue
from fleeting.domain.task import Task
from fleeting.testing import (
    ClockContract,
    RandomnessContract,
    SourceWriterContract,
    TaskQueueContract,
)


class Sources(MemorySourceWriter):
    def __init__(self, store: MemoryStore) -> None:
        super().__init__(MemorySources(store.now))


class TranslatesLineEnds(Sources):
    async def put(self, digest: str, source: str, *, keep: timedelta) -> None:
        await super().put(digest, "\n".join(source.splitlines()), keep=keep)


class TakesEmptyForNothing(Sources):
    async def get(self, digest: str) -> str | None:
        return await super().get(digest) or None


class HasOnePlace(Sources):
    async def put(self, digest: str, source: str, *, keep: timedelta) -> None:
        await super().put("0" * 64, source, keep=keep)

    async def get(self, digest: str) -> str | None:
        return await super().get("0" * 64)


class KeepsTheFirstLife(Sources):
    async def put(self, digest: str, source: str, *, keep: timedelta) -> None:
        if await self.get(digest) is None:
            await super().put(digest, source, keep=keep)


class StoresOnce(Sources):
    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self._seen: set[str] = set()

    async def put(self, digest: str, source: str, *, keep: timedelta) -> None:
        if digest not in self._seen:
            await super().put(digest, source, keep=keep)
        self._seen.add(digest)


class ForgetsTooEarly(Sources):
    async def put(self, digest: str, source: str, *, keep: timedelta) -> None:
        await super().put(digest, source, keep=keep / 3)


class Queue(MemoryTaskQueue):
    def __init__(self, store: MemoryStore) -> None:
        start = store.now()
        super().__init__(inline_bytes=4096, elapsed=lambda: store.now() - start)


class IgnoresCountdown(Queue):
    def _push(self, body: bytes, delay: timedelta) -> None:
        super()._push(body, timedelta(0))


class LosesOptions(Queue):
    async def put(self, tasks: Sequence[Task]) -> None:
        await super().put([replace(task, labels={}) for task in tasks])


class TakesAHundred(Queue):
    async def put(self, tasks: Sequence[Task]) -> None:
        await super().put(tasks[:100])


class StringifiesParameters(Queue):
    async def put(self, tasks: Sequence[Task]) -> None:
        await super().put([replace(t, args=[_float(arg) for arg in t.args]) for t in tasks])


def _float(arg: Any) -> Any:
    return float(arg) if isinstance(arg, int) else arg


class QueuesNothingAsSomething(Queue):
    async def put(self, tasks: Sequence[Task]) -> None:
        if not tasks:
            self.put_back(b"{}", timedelta(0))
        await super().put(tasks)


class TellsLocalTime(ManualClock):
    def now(self) -> datetime:
        return super().now().replace(tzinfo=None)


class GoesBack(ManualClock):
    def elapsed(self) -> timedelta:
        self.advance(timedelta(milliseconds=1))
        return -super().elapsed()


class DoesNotSleep(ManualClock):
    def sleep(self, pause: timedelta) -> None:
        pass


class SleepsBackwards(ManualClock):
    def sleep(self, pause: timedelta) -> None:
        self._elapsed += pause


class DropsLeadingZeros(SeededRandomness):
    def unique(self) -> str:
        return f"{self._random.getrandbits(64):x}"


class DrawsHalfTheBits(SeededRandomness):
    def unique(self) -> str:
        return f"{self._random.getrandbits(32):016x}"


class RepeatsItself(SeededRandomness):
    def unique(self) -> str:
        return f"{random.Random(self._random.randrange(4000)).getrandbits(64):016x}"


class DrawsUpToTwo(SeededRandomness):
    def draw(self) -> float:
        return 2 * super().draw()


CASES = [
    (SourceWriterContract, {"writer": Sources}, {"writer": fault}, test)
    for fault, test in [
        (TranslatesLineEnds, "test_source_comes_back_as_it_was"),
        (TakesEmptyForNothing, "test_source_comes_back_as_it_was"),
        (HasOnePlace, "test_sources_are_apart"),
        (KeepsTheFirstLife, "test_storing_again_extends_its_life"),
        (StoresOnce, "test_expired_source_can_be_stored_again"),
        (ForgetsTooEarly, "test_source_is_kept_for_keep"),
    ]
] + [
    (TaskQueueContract, {"queue": Queue}, {"queue": fault}, test)
    for fault, test in [
        (IgnoresCountdown, "test_task_waits_for_its_countdown"),
        (LosesOptions, "test_task_arrives_as_it_was_put"),
        (TakesAHundred, "test_every_task_of_a_batch_arrives"),
        (StringifiesParameters, "test_parameters_arrive_as_they_were"),
        (QueuesNothingAsSomething, "test_nothing_is_queued_for_nothing"),
    ]
]

UNBOUND = [
    (ClockContract, "clock", ManualClock, TellsLocalTime, "test_now_is_aware_utc"),
    (ClockContract, "clock", ManualClock, GoesBack, "test_elapsed_never_goes_back"),
    (ClockContract, "clock", ManualClock, DoesNotSleep, "test_sleep_takes_its_time"),
    (ClockContract, "clock", ManualClock, SleepsBackwards, "test_no_pause_is_no_sleep"),
    (
        RandomnessContract,
        "randomness",
        SeededRandomness,
        DropsLeadingZeros,
        "test_unique_has_its_form",
    ),
    (
        RandomnessContract,
        "randomness",
        SeededRandomness,
        DrawsHalfTheBits,
        "test_every_bit_of_unique_is_drawn",
    ),
    (RandomnessContract, "randomness", SeededRandomness, RepeatsItself, "test_unique_is_unique"),
    (RandomnessContract, "randomness", SeededRandomness, DrawsUpToTwo, "test_draw_is_a_fraction"),
]


@pytest.mark.parametrize(("contract", "sound", "faulty", "test"), CASES)
def test_fault_is_caught(passes: Any, contract: Any, sound: Any, faulty: Any, test: str) -> None:
    assert passes(contract, test, **sound)
    assert not passes(contract, test, **faulty)


@pytest.mark.parametrize(("contract", "fixture", "sound", "faulty", "test"), UNBOUND)
def test_fault_without_a_store_is_caught(
    passes: Any, contract: Any, fixture: str, sound: Any, *, faulty: Any, test: str
) -> None:
    assert passes(contract, test, **{fixture: lambda _: sound()})
    assert not passes(contract, test, **{fixture: lambda _: faulty()})
