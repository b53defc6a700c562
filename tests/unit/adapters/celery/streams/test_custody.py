"""Messages in hand, over a Redis in memory."""

from __future__ import annotations

import fakeredis
import pytest

from fleeting.adapters.celery.streams.custody import Custody
from fleeting.adapters.celery.streams.entry import Entry, read_reply
from fleeting.adapters.celery.streams.keys import GROUP, queue_keys
from fleeting.adapters.celery.streams.reader import Reader
from fleeting.adapters.celery.streams.scripts import call, run
from fleeting.adapters.celery.streams.tidying import bring, bury, tie_up

KEYS = queue_keys("", "work")
STREAM = KEYS.streams[0]


@pytest.fixture
def server():
    return fakeredis.FakeServer(version=(7,))


@pytest.fixture
def client(server):
    return fakeredis.FakeRedis(server=server, protocol=2)


@pytest.fixture
def custody(client):
    return Custody(client, visibility_seconds=10)


@pytest.fixture
def reader(custody):
    reader = Reader()
    custody.enroll(reader, [KEYS])
    return reader


@pytest.fixture
def take(client):
    def take(reader, limit=10):
        reply = run(client, [call("take", KEYS.readable, GROUP, reader.name, limit)])[0]
        return list(read_reply(reply))

    return take


def put(client, *messages, step=0):
    for message in messages:
        client.xadd(KEYS.streams[step], {"message": message})


def hold(custody, delivery):
    return custody.hold(Entry(KEYS, delivery.stream, delivery.id))


def test_no_more_is_taken_than_asked_for_and_the_most_urgent_first(client, reader, take):
    put(client, "later", step=1)
    put(client, "a", "b", "c")

    assert [each.raw for each in take(reader, 2)] == [b"a", b"b"]
    assert [each.raw for each in take(reader, 2)] == [b"c", b"later"]


def test_what_is_acknowledged_is_gone(client, custody, reader, take):
    put(client, "a")
    [delivery] = take(reader)

    custody.ack(hold(custody, delivery))
    custody.flush()

    assert client.xlen(STREAM) == 0
    assert client.xpending(STREAM, GROUP)["pending"] == 0


def test_what_is_given_back_comes_first_and_counts_a_delivery(client, custody, reader, take):
    put(client, "a", "b")
    tags = [hold(custody, delivery) for delivery in take(reader, 1)]

    custody.give_back(tags)
    custody.flush()

    assert [(each.raw, each.deliveries) for each in take(reader)] == [(b"a", 1), (b"b", 0)]


def test_nothing_is_given_back_twice(client, custody, reader, take):
    put(client, "a")
    [delivery] = take(reader)
    entry = Entry(KEYS, delivery.stream, delivery.id)

    custody.outbox.give_back([entry, entry])
    custody.flush()
    custody.outbox.give_back([entry])
    custody.flush()

    assert client.xlen(KEYS.front) == 1


def test_what_cannot_be_told_is_told_later(server, custody, reader, client, take):
    put(client, "a")
    tag = hold(custody, take(reader)[0])
    server.connected = False

    custody.ack(tag)
    assert custody.flush() is not None

    server.connected = True
    assert custody.flush() is None
    assert client.xlen(STREAM) == 0


def test_what_was_lost_on_its_way_is_found_by_its_readers_name(client, custody, reader, take):
    put(client, "held", "lost")
    held, _ = take(reader)
    hold(custody, held)
    reader.retired = True

    tie_up(custody)

    assert [fields for _, fields in client.xrange(KEYS.front)] == [
        {b"message": b"lost", b"deliveries": b"1"}
    ]
    assert reader in custody.readers


def test_two_threads_may_dismiss_the_same_reader(custody, reader):
    """The keeper's, and that of who closes the last channel."""
    custody.dismiss(reader)
    custody.dismiss(reader)

    assert custody.readers == ()


def test_a_reader_that_holds_nothing_is_dismissed(client, custody, reader):
    reader.retired = True

    tie_up(custody)

    assert custody.readers == ()
    assert client.zcard(KEYS.consumers) == 0


def test_the_dead_are_buried_after_one_full_visibility_timeout_of_service(
    client, custody, reader, take
):
    dead = Reader()
    put(client, "a")
    take(dead)
    client.zadd(KEYS.consumers, {dead.name: 1.0})

    assert not bury(custody)
    for seconds in (5, 10):
        custody.clock.note(custody.clock.last + seconds / 2)
    custody.clock.note(custody.clock.last + 5)

    assert bury(custody)
    assert client.xlen(KEYS.front) == 1
    assert client.zscore(KEYS.consumers, dead.name) is None


def test_what_is_due_is_brought_once(client, custody, reader, take):
    client.zadd(KEYS.delayed, {b"1:due": 1.0, b"0:later": 9e9})

    following, is_more = bring(custody)
    bring(custody)

    assert (following, is_more) == (9e9, False)
    [delivery] = take(reader)
    assert (delivery.stream, delivery.raw) == (KEYS.streams[1], b"due")


def test_what_kombus_own_transport_sent_is_brought(client, custody, reader, take):
    for step, inbox in enumerate(KEYS.inboxes):
        client.lpush(inbox, f"first-{step}", f"second-{step}")

    bring(custody)

    assert [each.raw.decode() for each in take(reader)] == [
        f"{place}-{step}" for step in range(4) for place in ("first", "second")
    ]
