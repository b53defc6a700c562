from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from fleeting.adapters.memory.randomness import SeededRandomness
from fleeting.domain import errors as e
from fleeting.domain.change import Change, Refused, Swapped
from fleeting.domain.result import Status, record_of
from fleeting.domain.result_key import Address, ResultKey
from fleeting.domain.task import Task
from fleeting.ports.task_records import Reservation
from fleeting.usecases.submit import Accepted, SubmitTasks

from .make import RAISED, SECOND, Installation, a_report, a_request, fail_with
from .test_execute import begin

AWAY = e.QueueUnavailable("the queue is away")
IDEMPOTENT = {"idempotency_key": "order-7"}


@pytest.fixture
def home() -> Installation:
    return Installation(max_batch=3)


async def submit(home: Installation, **changes: Any) -> Accepted:
    [accepted] = await home.submit([a_request(**changes)])
    return accepted


def all_taken(home: Installation) -> list[Task]:
    """Every task that waits in the queue."""
    return list(iter(home.taken, None))


def lost_in_the_end(home: Installation) -> int:
    """How many recorded tasks are never brought to an end."""
    home.clock.advance(timedelta(hours=24, minutes=4))
    return home.sweep()


def submit_over(home: Installation, **parts: Any) -> SubmitTasks:
    """The use case with other parts."""
    usual: dict[str, Any] = {"records": home.records, "queue": home.queue}
    return SubmitTasks(
        admit=home.admit,
        clock=home.clock,
        randomness=SeededRandomness(),
        limits=home.limits,
        backpressure=home.backpressure,
        **usual | parts,
    )


class Doomed:
    """A queue, or a store of records, at whose next change something happens first."""

    def __init__(self, home: Installation, act: Callable[[], None]) -> None:
        self._records = home.records
        self._act = act

    async def reserve(self, wanted: Sequence[Reservation], keep: timedelta) -> list[Reservation]:
        return await self._records.reserve(wanted, keep)

    async def store(self, changes: Sequence[Change]) -> list[Swapped | Refused]:
        self._act()
        return await self._records.store(changes)

    async def put(self, tasks: Sequence[Task]) -> None:
        self._act()


KILL = fail_with(SystemExit("the process was killed"))


async def test_accepted_task_is_recorded_and_queued(home: Installation) -> None:
    accepted = await submit(home)

    [task] = all_taken(home)
    assert task.key == accepted.address.key
    assert await home.record(task) == record_of(task)
    assert not accepted.is_repeat


async def test_key_tells_function_and_time_of_submission(home: Installation) -> None:
    accepted = await submit(home)

    key = ResultKey.parse(accepted.address.key)
    assert (key.function, key.submitted_at) == ("add", home.clock.now())


async def test_batch_is_accepted_in_order(home: Installation) -> None:
    accepted = await home.submit([a_request(args=[n, n]) for n in range(3)])

    tasks = all_taken(home)
    assert [task.key for task in tasks] == [one.address.key for one in accepted]
    assert [task.args for task in tasks] == [[0, 0], [1, 1], [2, 2]]


async def test_nothing_asked_is_nothing_done(home: Installation) -> None:
    assert await home.submit([]) == []


async def test_task_is_accepted_in_its_namespace(home: Installation) -> None:
    [accepted] = await home.submit([a_request()], namespace="team-a")

    assert accepted.address.namespace == "team-a"
    assert [task.namespace for task in all_taken(home)] == ["team-a"]


async def test_namespace_that_is_none_is_refused(home: Installation) -> None:
    with pytest.raises(e.InvalidTask, match="as in team-a"):
        await home.submit([a_request()], namespace="A:B")


async def test_batch_that_is_too_large_is_refused_whole(home: Installation) -> None:
    with pytest.raises(e.BatchTooLarge, match="at most 3 tasks, this one has 4"):
        await home.submit([a_request()] * 4)

    assert all_taken(home) == []


async def test_wrong_request_spoils_its_batch_and_is_named(home: Installation) -> None:
    with pytest.raises(e.FunctionNotFound, match=r"^tasks\[1\]: "):
        await home.submit([a_request(), a_request(function="sub")])

    assert all_taken(home) == []


async def test_wrong_request_alone_has_no_position(home: Installation) -> None:
    with pytest.raises(e.FunctionNotFound) as refusal:
        await submit(home, function="sub")

    assert not refusal.value.message.startswith("tasks")


async def test_option_beyond_a_cap_is_refused(home: Installation) -> None:
    with pytest.raises(e.InvalidTask, match="timeout_seconds is at most 3600"):
        await submit(home, timeout_seconds=3601)


async def test_task_that_the_queue_did_not_take_is_taken_back(home: Installation) -> None:
    home.queue.switch.turn_off(AWAY)

    with pytest.raises(e.QueueUnavailable):
        await submit(home)

    assert lost_in_the_end(home) == 0


async def test_first_failure_is_the_one_to_report(home: Installation) -> None:
    """The store fails too when the task is to be taken back: it ends by its deadline."""

    def fail_both() -> None:
        home.store.switch.turn_off(e.StoreUnavailable("the store is away too"))
        raise AWAY

    with pytest.raises(e.QueueUnavailable):
        await submit_over(home, queue=Doomed(home, fail_both))([a_request()])

    home.store.switch.turn_on()
    assert lost_in_the_end(home) == 1


async def test_store_that_is_away_queues_nothing(home: Installation) -> None:
    home.store.switch.turn_off(e.StoreUnavailable("away"))

    with pytest.raises(e.StoreUnavailable):
        await submit(home)

    assert all_taken(home) == []


async def test_same_idempotency_key_gives_the_same_task(home: Installation) -> None:
    first = await submit(home, **IDEMPOTENT)
    begin(home, all_taken(home)[0])

    second = await submit(home, **IDEMPOTENT)

    assert second == Accepted(first.address, is_repeat=True)
    assert all_taken(home) == []


async def test_source_and_its_digest_are_the_same_request(home: Installation) -> None:
    first = await submit(home, **IDEMPOTENT)
    [task] = all_taken(home)

    second = await submit(home, source=None, source_digest=task.source_digest, **IDEMPOTENT)

    assert second.address == first.address


@pytest.mark.parametrize("changes", [{"args": [1, 3]}, {"ttl_seconds": 7}, {"labels": {"a": "b"}}])
async def test_same_idempotency_key_with_another_request_is_refused(
    home: Installation, changes: dict[str, Any]
) -> None:
    first = await submit(home, **IDEMPOTENT)
    all_taken(home)

    with pytest.raises(e.IdempotencyConflict, match=f"the idempotency key of {first.address.key}"):
        await submit(home, **changes, **IDEMPOTENT)

    assert all_taken(home) == []


async def test_refused_conflict_leaves_no_reservation_of_its_batch(home: Installation) -> None:
    await submit(home, **IDEMPOTENT)
    batch = [
        a_request(idempotency_key="new"),
        a_request(args=[3, 4], **IDEMPOTENT),
    ]
    with pytest.raises(e.IdempotencyConflict):
        await home.submit(batch)

    assert not (await submit(home, idempotency_key="new")).is_repeat
    assert (await submit(home, **IDEMPOTENT)).is_repeat


async def test_idempotency_keys_of_other_namespaces_are_others(home: Installation) -> None:
    await home.submit([a_request(**IDEMPOTENT)], namespace="team-a")

    assert not (await submit(home, **IDEMPOTENT)).is_repeat


async def test_idempotency_key_twice_in_a_batch_is_one_task(home: Installation) -> None:
    plain, first, second = await home.submit(
        [a_request(), a_request(**IDEMPOTENT), a_request(**IDEMPOTENT)]
    )

    assert (first.is_repeat, second.is_repeat) == (False, True)
    assert first.address == second.address
    assert [task.key for task in all_taken(home)] == [plain.address.key, first.address.key]


async def test_idempotency_key_is_free_again_if_its_task_was_taken_back(
    home: Installation,
) -> None:
    home.queue.switch.turn_off(AWAY)
    with pytest.raises(e.QueueUnavailable):
        await submit(home, **IDEMPOTENT)
    home.queue.switch.turn_on()

    assert not (await submit(home, **IDEMPOTENT)).is_repeat


async def test_idempotency_key_is_free_again_after_its_window(home: Installation) -> None:
    await submit(home, **IDEMPOTENT)
    home.taken()
    home.clock.advance(home.limits.idempotency_window)

    assert not (await submit(home, **IDEMPOTENT)).is_repeat


async def test_repeat_makes_up_for_a_process_that_crashed_before_it_recorded_the_task(
    home: Installation,
) -> None:
    began = home.clock.now()
    with pytest.raises(SystemExit):
        await submit_over(home, records=Doomed(home, KILL))([a_request(**IDEMPOTENT)])
    home.clock.advance(2 * SECOND)

    repeat = await submit(home, **IDEMPOTENT)

    [task] = all_taken(home)
    assert (repeat.is_repeat, repeat.address.key) == (True, task.key)
    assert await home.record(task) == record_of(task)
    assert task.submitted_at == began
    assert task.deadline == began + timedelta(hours=24, minutes=3)


async def test_repeat_makes_up_for_a_process_that_crashed_before_it_queued_the_task(
    home: Installation,
) -> None:
    with pytest.raises(SystemExit):
        await submit_over(home, queue=Doomed(home, KILL))([a_request(**IDEMPOTENT)])

    repeat = await submit(home, **IDEMPOTENT)

    assert [task.key for task in all_taken(home)] == [repeat.address.key]


async def test_repeat_of_a_task_that_was_run_before_is_not_queued(home: Installation) -> None:
    await submit(home, retry_on=["raised"], **IDEMPOTENT)
    [task] = all_taken(home)
    home.worker.runner.will(a_report(error=RAISED))
    home.worker.execute(task)

    await submit(home, retry_on=["raised"], **IDEMPOTENT)

    assert all_taken(home) == []


async def test_repeat_does_not_run_again_what_can_have_expired(home: Installation) -> None:
    first = await submit(home, ttl_seconds=10, **IDEMPOTENT)
    home.worker.execute(all_taken(home)[0])
    home.clock.advance(10 * SECOND)

    second = await submit(home, ttl_seconds=10, **IDEMPOTENT)

    assert second == Accepted(first.address, is_repeat=True)
    assert all_taken(home) == []
    assert await home.reader.read(first.address) is None


async def test_repeat_that_cannot_be_queued_takes_nothing_back(home: Installation) -> None:
    """The task may be on its way by the first submission."""
    first = await submit(home, **IDEMPOTENT)
    home.queue.switch.turn_off(AWAY)

    with pytest.raises(e.QueueUnavailable):
        await submit(home, **IDEMPOTENT)

    home.queue.switch.turn_on()
    assert (await home.record(first.address)).status is Status.QUEUED
    assert (await submit(home, **IDEMPOTENT)).address == first.address


async def test_address_is_where_the_result_will_be(home: Installation) -> None:
    accepted = await submit(home)
    home.worker.execute(all_taken(home)[0])

    assert await home.value(accepted.address) == b"3"
    assert accepted.address == Address("", accepted.address.key)
