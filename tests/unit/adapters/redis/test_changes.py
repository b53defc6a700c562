"""Writing results: how many round trips, and what a refused or repeated change leaves behind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import fakeredis
import pytest
import redis

from fleeting.adapters.redis import changes, holds
from fleeting.adapters.redis.changes import Layout
from fleeting.adapters.redis.commands import Plan
from fleeting.adapters.redis.connection import RedisConnection
from fleeting.adapters.redis.keyspace import Keyspace
from fleeting.adapters.redis.result_store import RedisResultWriter
from fleeting.domain.change import Change, Note, Refused, Swapped, opening, transition
from fleeting.domain.result import Record
from fleeting.testing.contract import PassTime
from fleeting.testing.given import ERROR, LONG, Given, claim, hold, success

TICK = timedelta(seconds=1)


@pytest.fixture
def given(writer: RedisResultWriter) -> Given:
    return Given(writer)


def ending(record: Record, given: Given) -> Change:
    done = success(record, at=given.now)
    return transition(record, done, now=given.now, value=b"1")


def trips(connection: RedisConnection, plan: Plan[object]) -> int:
    """How many round trips a plan takes."""

    def counted() -> Plan[int]:
        count, commands = 0, next(plan)
        try:
            while True:
                count += 1
                commands = plan.send((yield commands))
        except StopIteration:
            return count

    return connection.run(counted())


def listed(client: fakeredis.FakeRedis, name: str) -> set[str]:
    return {key.decode() for key in client.zrange(f"{{add}}:{name}", 0, -1)}


@pytest.mark.parametrize("count", [1, 64])
def test_batch_of_results_is_one_round_trip(
    connection: RedisConnection, layout: Layout, given: Given, count: int
) -> None:
    batch = [ending(given.running(number), given) for number in range(count)]

    assert trips(connection, changes.store(layout, batch)) == 1


def test_announcements_of_shards_take_another(connection: RedisConnection, given: Given) -> None:
    sharded = Layout(Keyspace(), is_sharded=True)
    batch = [ending(given.running(number), given) for number in range(3)]

    assert trips(connection, changes.store(sharded, batch)) == 2


def test_loads_and_heartbeats_are_one_round_trip(
    connection: RedisConnection, layout: Layout, given: Given
) -> None:
    running = [given.running(number) for number in range(20)]
    addresses = [record.address for record in running]
    notes = [Note(hold=hold(record), progress=None, output="one") for record in running]

    assert trips(connection, holds.load(layout.space, addresses)) == 1
    assert trips(connection, holds.renew(layout.space, [hold(r) for r in running], LONG)) == 1
    assert trips(connection, holds.report(layout, notes)) == 1


def test_take_over_is_listed_once_it_has_taken_place(
    connection: RedisConnection, layout: Layout, given: Given, pass_time: PassTime
) -> None:
    stale = given.running(lease=TICK)
    pass_time(2 * TICK)
    taken = claim(stale, stale.running(at=given.now, worker="worker-2"), now=given.now)

    assert trips(connection, changes.store(layout, [taken])) == 2


def test_refused_take_over_does_not_stand_in_the_way_of_the_holder(
    client: fakeredis.FakeRedis, writer: RedisResultWriter, given: Given
) -> None:
    """Its rank is higher than that of the result which the holder stores next."""
    running = given.running()
    taken = running.running(at=given.now, worker="worker-2")
    assert isinstance(writer.store([claim(running, taken, now=given.now)])[0], Refused)

    done = given.finished(running)

    assert listed(client, "live") == {done.key}
    assert listed(client, "other") == set()


def test_late_write_of_a_stale_claimant_leaves_the_value_listed(
    client: fakeredis.FakeRedis, writer: RedisResultWriter, given: Given, pass_time: PassTime
) -> None:
    """The second attempt has succeeded when the first one reports that it failed."""
    first = given.running(lease=TICK)
    pass_time(2 * TICK)
    done = given.finished(given.claimed(first))

    late = transition(first, first.failed(at=given.now, error=ERROR), now=given.now)
    assert isinstance(writer.store([late])[0], Refused)

    assert listed(client, "live") == {done.key}
    assert listed(client, "other") == set()
    assert client.zcard("open") == 0


def test_late_value_of_a_stale_claimant_leaves_the_task_open(
    client: fakeredis.FakeRedis, writer: RedisResultWriter, given: Given, pass_time: PassTime
) -> None:
    """The second attempt is running when the first one stores its value."""
    first = given.running(lease=TICK)
    pass_time(2 * TICK)
    second = given.claimed(first)

    assert isinstance(writer.store([ending(first, given)])[0], Refused)

    assert listed(client, "live") == set()
    assert listed(client, "other") == {second.key}
    assert client.zcard("open") == 1


def test_refused_change_of_what_is_gone_leaves_no_entry(
    client: fakeredis.FakeRedis, writer: RedisResultWriter, given: Given
) -> None:
    """The record has expired, or somebody has removed it."""
    absent = given.record().running(at=given.now, worker="worker-1")

    assert isinstance(writer.store([ending(absent, given)])[0], Refused)

    assert listed(client, "live") | listed(client, "other") == set()
    assert client.zcard("open") == 0


def test_repetition_needs_no_repair(
    connection: RedisConnection, layout: Layout, given: Given
) -> None:
    """What it lists and announces is true: that of a caller whose answer was lost."""
    change = ending(given.running(), given)
    connection.run(changes.store(layout, [change]))

    assert trips(connection, changes.store(layout, [change])) == 1


def test_call_that_the_connection_repeats_is_not_a_second_one(
    server: fakeredis.FakeServer, layout: Layout, given: Given
) -> None:
    """The swap took place, its answer was lost, the same bytes are sent again: no refusal."""
    change = opening(given.record(), now=given.now)
    connection = RedisConnection(
        lambda: LosingRedis(server=server, protocol=3),
        lambda: fakeredis.FakeAsyncRedis(server=server, protocol=3),
        where="a fake Redis",
        pauses=(0.0,),
    )

    [outcome] = connection.run(changes.store(layout, [change]))

    assert isinstance(outcome, Swapped)
    connection.close()


class LosingRedis(fakeredis.FakeRedis):
    """Carries out the first pipeline and loses the replies."""

    lost = 0

    def pipeline(self, *args: object, **kwargs: object) -> object:
        pipeline = super().pipeline(*args, **kwargs)
        if self.lost:
            return pipeline
        self.lost += 1
        execute = pipeline.execute

        def lose(**options: object) -> Sequence[object]:
            execute(**options)
            raise redis.ConnectionError("cut")

        pipeline.execute = lose
        return pipeline


def test_life_that_is_over_is_as_short_as_can_be(
    client: fakeredis.FakeRedis, writer: RedisResultWriter, given: Given
) -> None:
    """A record whose time has passed on its way is no error."""
    record = given.record()

    [outcome] = writer.store([Change(record=record, expected=None, keep=timedelta(seconds=-5))])

    assert isinstance(outcome, Swapped)
