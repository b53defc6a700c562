"""Remote control, queues and events, on fleeting's transport and on kombu's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from celery.utils.nodenames import gethostname
from kombu import Consumer

from ..servers.wait import wait_until
from .feature_world import World, feature_worker
from .steering import ask, tell, wait_until_heard
from .worlds import everywhere, with_processes, with_slots, with_threads

SOON = timedelta(seconds=30)
SLOTS = 2


@contextmanager
def all_slots_busy(
    world: World, start: Callable[[World, str], tuple[str, str]], slots: int = SLOTS
) -> Iterator[list[str]]:
    """Keep slots busy, with scripts or with tasks; gives their ids."""
    gate = world.name("gate")
    ids = [start(world, gate) for _ in range(slots)]
    for begun, _ in ids:
        world.notes.wait(begun)
    yield [task_id for _, task_id in ids]
    world.notes.put(gate)


def a_script(world: World, gate: str) -> tuple[str, str]:
    task_id = world.name("id")
    return f"runs:{world.script('held', gate, task_id=task_id)}", task_id


def a_task(world: World, gate: str) -> tuple[str, str]:
    task_id, name = world.name("id"), world.name("busy")
    world.send("test.hold", name, gate, task_id=task_id)
    return f"started:{name}", task_id


@with_slots
@pytest.mark.parametrize("start", [a_script, a_task])
def test_inspection_answers_while_all_slots_are_busy(
    world: World, start: Callable[[World, str], tuple[str, str]]
) -> None:
    with all_slots_busy(world, start) as ids:
        waiting, delayed = world.name("id"), world.name("id")
        world.send("test.note", world.name("waits"), task_id=waiting, countdown=0)
        world.send("test.note", world.name("delayed"), task_id=delayed, countdown=3)

        assert ask(world.app, "ping") == {"ok": "pong"}
        assert set(ids) <= {request["id"] for request in ask(world.app, "active")}
        assert isinstance(ask(world.app, "reserved"), list)
        assert isinstance(ask(world.app, "scheduled"), list)
        assert ask(world.app, "query_task", ids[0])[ids[0]][0] == "active"
        assert "fleeting.run" in ask(world.app, "registered")
        assert "work" in _queues(world)
        stats = ask(world.app, "stats")
        assert stats["pool"]["max-concurrency"] == SLOTS
        assert stats["prefetch_count"] >= SLOTS


@pytest.mark.parametrize("world", ["stock-threads"], indirect=True)
def test_delayed_tasks_are_shown_as_scheduled_where_they_wait_in_the_worker(world: World) -> None:
    """With kombu's transport. On fleeting's they wait in Redis, whichever worker will run them."""
    task_id = world.name("id")
    world.send("test.note", world.name("delayed"), task_id=task_id, countdown=60)

    def is_scheduled() -> bool:
        return task_id in {each["request"]["id"] for each in ask(world.app, "scheduled")}

    wait_until(is_scheduled, within=SOON)


@pytest.mark.parametrize("world", ["streams-solo"], indirect=True)
def test_a_solo_worker_answers_while_it_runs_a_script(world: World) -> None:
    with all_slots_busy(world, a_script, slots=1) as [task_id]:
        assert task_id in {request["id"] for request in ask(world.app, "active")}


@everywhere
def test_a_worker_takes_from_a_queue_until_it_is_told_to_leave_it(world: World) -> None:
    queue, first, second = world.idle_queue(), world.name("first"), world.name("second")
    world.send("test.note", first, queue=queue)
    world.consume(queue)
    world.notes.wait(first)

    world.forget(queue)
    world.send("test.note", second, queue=queue)
    key = world.script("nothing")
    world.wait_for_run(key)

    assert queue not in _queues(world)
    assert not world.notes.count(second)
    world.consume(queue)
    world.notes.wait(second)
    world.forget(queue)


@with_processes
def test_a_pool_of_processes_is_told_to_grow_and_to_shrink(world: World, tmp_path: Path) -> None:
    """When the processes come and go is the pool's own business."""
    name = world.name("elastic")
    options = {**world.options, "queues": [name], "name": name}
    with feature_worker(options, tmp_path / "elastic.log"):
        node = [_node(world, name)]

        assert "ok" in _only(tell(world.app, "pool_grow", 1, destination=node)[0])
        assert "ok" in _only(tell(world.app, "pool_shrink", 1, destination=node)[0])

        world.app.amqp.queues.add(name)
        world.wait_for_run(world.script("nothing", queue=name))


@with_threads
def test_a_pool_of_threads_says_that_it_cannot_grow(world: World) -> None:
    assert "error" in _only(tell(world.app, "pool_grow", 1)[0])


@everywhere
def test_waiting_messages_are_counted_and_purged(world: World) -> None:
    queue = world.idle_queue()
    for priority in (0, 3, 9):
        world.send("test.note", world.name("purged"), queue=queue, priority=priority)
    world.script("nothing", queue=queue)
    with world.app.connection_for_read() as connection, connection.channel() as channel:
        # kombu's own does not find a queue that it is only to look at, if keys have a prefix.
        passive = world.transport == "streams"

        assert channel.queue_declare(queue, passive=passive).message_count == 4
        assert channel.queue_purge(queue) == 4
        assert channel.queue_declare(queue, passive=passive).message_count == 0


@with_threads
def test_a_broadcast_comes_to_every_worker(world: World, tmp_path: Path) -> None:
    name, queue = world.name("broadcast"), world.idle_queue()
    world.wait_for_run(world.script("nothing"))
    with feature_worker({**world.options, "name": queue}, tmp_path / "second.log") as second:
        # A worker that has run a task has subscribed before.
        tell(world.app, "add_consumer", queue, destination=[_node(world, queue)])
        world.wait_for_run(world.script("nothing", queue=queue))
        # Celery's senders do not declare queues that they know, but kombu has to know the fanout.
        with world.app.producer_or_acquire() as producer:
            world.app.amqp.queues["everybody"](producer.channel).declare()
            world.send("test.note", name, "heard", queue="everybody", producer=producer)

        assert world.notes.wait(name, 2, within=SOON) == ["heard", "heard"]
        assert "succeeded" in second.output


@everywhere
def test_events_tell_of_workers_and_tasks_while_they_are_enabled(world: World) -> None:
    task_id, seen = world.name("id"), []
    wanted = {"task-received", "task-started", "task-succeeded"}
    tell(world.app, "enable_events")

    def note(event: dict[str, Any]) -> None:
        seen.append(event)
        receiver.should_stop = wanted <= {e["type"] for e in seen if e.get("uuid") == task_id}

    with world.app.connection_for_read() as connection:
        receiver = world.app.events.Receiver(connection, handlers={"*": note})
        channel = connection.default_channel
        [consumer] = receiver.get_consumers(partial(Consumer, channel), channel)
        with consumer:
            # The first round subscribes.
            with suppress(TimeoutError):
                connection.drain_events(timeout=0.1)
            key = world.script("nothing", task_id=task_id)
            while not receiver.should_stop:
                connection.drain_events(timeout=30)
    tell(world.app, "disable_events")

    received = next(event for event in seen if event["type"] == "task-received")
    assert key in received["kwargs"]
    assert "secret" not in str(seen)


@with_slots
def test_a_worker_that_is_told_to_shut_down_ends_its_work_first(
    world: World, tmp_path: Path
) -> None:
    name = world.name("last")
    options = {**world.options, "queues": [name], "name": name}
    with feature_worker(options, tmp_path / "mortal.log") as mortal:
        world.app.amqp.queues.add(name)
        world.send("test.sleep", name, 1, queue=name)
        key = world.script("slow", 1, queue=name)
        world.notes.wait(f"started:{name}")
        world.wait_for_begin(key)

        world.app.control.shutdown(destination=[_node(world, name)])

        assert mortal.wait(within=SOON) == 0
        assert world.notes.of(name) == ["slept"]
        world.wait_for_run(key)


def _only(answers: Any) -> Any:
    [answer] = answers.values()
    return answer


def _node(world: World, name: str) -> str:
    """The whole name of a worker in remote control, once it answers there."""
    node = f"{name}@{gethostname()}"
    wait_until_heard(world.app, [node])
    return node


def _queues(world: World) -> set[str]:
    return {queue["name"] for queue in ask(world.app, "active_queues")}
