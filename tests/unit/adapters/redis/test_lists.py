"""Lists stay true in whatever order their entries arrive, those of refused changes included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import fakeredis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleeting.adapters.redis.commands import Command, Plan
from fleeting.adapters.redis.connection import RedisConnection
from fleeting.adapters.redis.keyspace import Keyspace, member_of
from fleeting.adapters.redis.lists import Entry, Removal, place, rank
from fleeting.domain.result_key import Address

SPACE = Keyspace()
SOMEWHERE = Address("", "add_1763683200000_0123456789abcdef")
DEADLINE = datetime(2040, 1, 1, tzinfo=UTC)
KEEP = timedelta(minutes=5)
LIVE, OTHER = SPACE.live("", "add"), SPACE.other("", "add")

ENDS = ("succeeded", "failed", "cancelled", "lost")


def entry(version: str, *, replaces: int = -1, keep: timedelta = KEEP) -> Entry:
    return Entry(SOMEWHERE, version, DEADLINE, keep, replaces)


def test_ranks_follow_every_legal_way() -> None:
    way = ["queued:0", "running:1", "queued:1", "running:2", "failed:2", "succeeded:2", "running:3"]

    assert [rank(version) for version in way] == sorted({rank(version) for version in way})


def test_ranks_end_where_a_score_cannot_hold_more() -> None:
    assert rank("running:400") == rank("succeeded:400") == 999


class Lists:
    """The lists of a fake server, written entry by entry."""

    def __init__(self) -> None:
        server = fakeredis.FakeServer()
        self.client = fakeredis.FakeRedis(server=server, decode_responses=True)
        self._connection = RedisConnection(
            lambda: fakeredis.FakeRedis(server=server, protocol=3),
            lambda: fakeredis.FakeAsyncRedis(server=server, protocol=3),
            where="a fake Redis",
        )

    def write(self, *entries: Entry | Removal) -> None:
        self._connection.run(_all(place(SPACE, entries)))

    def close(self) -> None:
        self.client.close()
        self._connection.close()

    @property
    def is_live(self) -> bool:
        return self.client.zscore(LIVE, SOMEWHERE.key) is not None

    @property
    def is_other(self) -> bool:
        return self.client.zscore(OTHER, SOMEWHERE.key) is not None

    @property
    def is_open(self) -> bool:
        return self.client.zscore(SPACE.open_tasks, member_of(SOMEWHERE)) is not None


def _all(commands: Sequence[Command]) -> Plan[None]:
    yield commands


@pytest.fixture
def lists() -> Lists:
    return Lists()


def test_score_is_the_expiry_of_the_entry(lists: Lists) -> None:
    seconds, microseconds = lists.client.time()
    lists.write(entry("succeeded:1"))

    expected = seconds * 1000 + microseconds / 1000 + KEEP / timedelta(milliseconds=1)
    assert lists.client.zscore(LIVE, SOMEWHERE.key) == pytest.approx(expected, abs=5_000)


def test_set_lives_as_long_as_its_last_member(lists: Lists) -> None:
    other = Address("", "add_1763683200001_0123456789abcdef")
    lists.write(entry("succeeded:1"), Entry(other, "succeeded:1", DEADLINE, 3 * KEEP))
    lists.write(entry("succeeded:1"))

    assert lists.client.ttl(LIVE) == pytest.approx(3 * KEEP.total_seconds(), abs=5)
    assert lists.client.ttl(SPACE.functions("")) == pytest.approx(3 * KEEP.total_seconds(), abs=5)


def test_expired_members_go_with_the_next_write(lists: Lists) -> None:
    lists.client.zadd(LIVE, {"long ago": 1.0})
    lists.write(entry("succeeded:1"))

    assert lists.client.zrange(LIVE, 0, -1) == [SOMEWHERE.key]


def test_open_task_stays_listed_after_its_deadline(lists: Lists) -> None:
    """It is the sweeper that takes it off; the list forgets it only after a week."""
    seconds, _ = lists.client.time()
    just_now = datetime.fromtimestamp(seconds - 60, UTC)
    lists.write(Entry(SOMEWHERE, "queued:0", just_now, KEEP))

    assert lists.is_open
    assert lists.client.ttl(SPACE.open_tasks) > timedelta(days=6).total_seconds()


def test_batch_of_one_function_is_three_commands() -> None:
    batch = [
        Entry(Address("", f"add_1763683200000_{n:016x}"), "succeeded:1", DEADLINE, KEEP)
        for n in range(64)
    ]

    assert len(place(SPACE, batch)) == 3


@dataclass(frozen=True)
class Operation:
    """One write to the lists: it may come only after `after` has."""

    entry: Entry | Removal
    after: int | None = None


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[str], list[Operation]]:
    """The versions of a task, and the writes that they and refused changes cause."""
    versions = ["queued:0"]
    for attempt in range(1, draw(st.integers(1, 3)) + 1):
        if attempt > 1 and draw(st.booleans()):
            versions.append(f"queued:{attempt - 1}")
        versions.append(f"running:{attempt}")
    if draw(st.booleans()):
        versions.append(f"{draw(st.sampled_from(ENDS))}:{attempt}")
    operations = [Operation(entry(version)) for version in versions]
    for _ in range(draw(st.integers(0, 3))):
        _refuse(draw, versions, operations)
    return versions, operations


def _refuse(draw: st.DrawFn, versions: list[str], operations: list[Operation]) -> None:
    """A change of a version that was no longer stored: listed, and then put right."""
    passed = draw(st.integers(0, len(versions) - 2)) if len(versions) > 1 else None
    if passed is None:
        return
    status, _, attempt = versions[passed].partition(":")
    wanted = draw(
        st.sampled_from(
            [f"running:{int(attempt) + 1}", f"cancelled:{attempt}", f"lost:{attempt}"]
            if status == "queued"
            else [f"queued:{attempt}", *(f"{end}:{attempt}" for end in ENDS)]
        )
    )
    truth = draw(st.sampled_from(versions[passed + 1 :]))
    if wanted == truth:
        return
    operations.append(Operation(entry(wanted)))
    wrong = len(operations) - 1
    operations.append(Operation(entry(truth, replaces=rank(wanted)), after=wrong))


def _in_any_order(draw: st.DrawFn, operations: Sequence[Operation]) -> list[int]:
    order: list[int] = []
    waiting = list(range(len(operations)))
    while waiting:
        ready = [n for n in waiting if operations[n].after in {None, *order}]
        order.append(draw(st.sampled_from(ready)))
        waiting.remove(order[-1])
    return order


@settings(max_examples=150)
@given(data=st.data())
def test_lists_are_true_in_the_end_and_a_value_is_never_taken_out(data: st.DataObject) -> None:
    versions, operations = data.draw(histories())
    order = data.draw(st.composite(_in_any_order)(operations))
    last, lists = versions[-1], Lists()
    success = versions.index(last) if last.startswith("succeeded") else None

    for step, number in enumerate(order):
        lists.write(operations[number].entry)
        if success is not None and success in order[: step + 1]:
            assert lists.is_live

    assert (lists.is_live, lists.is_other) == (success is not None, success is None)
    if last.startswith(("queued", "running")):
        assert lists.is_open
    lists.close()


def test_wrong_entry_of_a_task_that_is_gone_is_removed(lists: Lists) -> None:
    lists.write(entry("succeeded:1"))

    lists.write(Removal(SOMEWHERE, rank("succeeded:1")))

    assert not lists.is_live


def test_removal_leaves_later_entries(lists: Lists) -> None:
    lists.write(entry("running:1"))

    lists.write(Removal(SOMEWHERE, rank("queued:0")))

    assert lists.is_other
    assert lists.is_open
