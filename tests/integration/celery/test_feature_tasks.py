"""What Celery offers for one task, on fleeting's transport and on kombu's own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from .feature_world import World
from .steering import tell
from .worlds import everywhere, one_at_a_time, with_processes, with_slots, with_threads

# How late something may be on a machine with two cores that runs everything else beside it.
LATE = 3.0


@pytest.fixture
def queue(world: World) -> Iterator[str]:
    """A queue that the worker does not take from yet."""
    name = world.idle_queue()
    yield name
    world.forget(name)


@everywhere
def test_scripts_and_tasks_share_a_worker(world: World) -> None:
    name = world.name("task")
    key = world.script("nothing")
    world.send("test.note", name, "ran")

    assert world.notes.wait(name) == ["ran"]
    world.wait_for_run(key)
    assert world.runs(key) == 1


@everywhere
def test_scripts_and_tasks_together_run_no_more_at_once_than_the_worker_has_slots(
    world: World, queue: str
) -> None:
    """Whichever way their messages go: plain ones, delayed ones, with a link, tasks."""
    name, after = world.name("crowd"), world.app.tasks["test.note"].si(world.name("after"))
    for _ in range(100):  # so quick that many more are taken at a time
        world.script("nothing", queue=queue)
    for _ in range(6):
        world.send("test.crowd", name, 0.05, queue=queue)
        world.script("crowd", name, 0.05, queue=queue)
        world.script("crowd", name, 0.05, queue=queue, link=after)
        world.script("crowd", name, 0.05, queue=queue, countdown=0.3)

    world.consume(queue)

    inside = [int(number) for number in world.notes.wait(name, 24)]
    assert max(inside) == world.options["concurrency"]


@with_slots
def test_a_task_retries_with_growing_pauses(world: World) -> None:
    name = world.name("retry")

    world.send("test.retry", name, 2)

    world.notes.wait(name, 3)
    first, second, third = world.notes.times(name)
    assert 0.3 <= second - first < 0.3 + LATE
    assert 0.6 <= third - second < 0.6 + LATE


@with_threads
def test_autoretry_backs_off_and_gives_up(world: World) -> None:
    name, after = world.name("autoretry"), world.name("after")

    world.send("test.autoretry", name, link_error=world.app.tasks["test.told"].s(after))

    assert world.notes.wait(after) == ["as asked"]
    first, second, third = world.notes.times(name)
    assert 1 <= second - first < 1 + LATE
    assert 2 <= third - second < 2 + LATE


@everywhere
def test_a_script_that_asks_for_it_is_run_again(world: World) -> None:
    key = world.script("twice")

    world.wait_for_run(key)

    assert world.runs(key) == 2


@everywhere
def test_a_countdown_ends_on_time(world: World) -> None:
    name, key, due = world.name("delayed"), world.call("nothing"), time.time() + 0.7

    world.send("test.retry", name, 0, countdown=0.7)
    world.app.tasks["fleeting.run"].apply_async((), key, countdown=0.7)

    world.notes.wait(name)
    world.wait_for_run(str(key["key"]))
    assert due <= world.notes.times(name)[0] < due + LATE
    assert due <= world.notes.times(f"done:{key['key']}")[0] < due + LATE
    assert world.notes.count(name) == world.runs(str(key["key"])) == 1


@with_threads
def test_an_eta_may_be_in_any_time_zone(world: World) -> None:
    name = world.name("eta")
    due = datetime.now(UTC) + timedelta(seconds=0.5)

    world.send("test.retry", name, 0, eta=due.astimezone(datetime.now().astimezone().tzinfo))

    world.notes.wait(name)
    assert 0 <= world.notes.times(name)[0] - due.timestamp() < LATE


@everywhere
def test_what_has_expired_is_not_run(world: World, queue: str) -> None:
    name, end = world.name("late"), world.name("end")
    world.send("test.note", name, expires=0.2, queue=queue)
    key = world.script("nothing", expires=0.2, queue=queue)
    expired = time.monotonic() + 0.2
    world.send("test.note", end, queue=queue, countdown=0.4)

    while time.monotonic() < expired:
        world.app.control.ping(timeout=0.1)
    world.consume(queue)

    world.notes.wait(end)
    assert not world.notes.count(name)
    assert not world.runs(key)


@one_at_a_time
@pytest.mark.parametrize("kind", ["tasks", "scripts"])
def test_the_most_urgent_go_first(world: World, queue: str, kind: str) -> None:
    """0 is the most urgent, as ever with Redis; there are four steps."""
    name = world.name("urgent")
    for priority in (9, 3, 6, 0, 9, 0):
        if kind == "tasks":
            world.send("test.note", name, priority, queue=queue, priority=priority)
        else:
            world.script("mark", name, priority, queue=queue, priority=priority)

    world.consume(queue)

    assert world.notes.wait(name, 6) == [0, 0, 3, 6, 9, 9]


@everywhere
def test_what_is_revoked_before_it_begins_is_not_run(world: World, queue: str) -> None:
    name, end = world.name("unwanted"), world.name("end")
    ids = [world.name("id"), world.name("id")]
    world.send("test.note", name, queue=queue, task_id=ids[0])
    key = world.script("nothing", queue=queue, task_id=ids[1])
    world.send("test.note", end, queue=queue)

    tell(world.app, "revoke", ids)
    world.consume(queue)

    world.notes.wait(end)
    assert not world.notes.count(name)
    assert not world.runs(key)


@with_threads
def test_what_is_revoked_while_it_is_delayed_is_not_run(world: World) -> None:
    name, end = world.name("unwanted"), world.name("end")
    ids = [world.name("id"), world.name("id")]
    world.send("test.note", name, countdown=3, task_id=ids[0])
    key = world.script("nothing", countdown=3, task_id=ids[1])

    tell(world.app, "revoke", ids)

    world.send("test.note", end, countdown=3)
    world.notes.wait(end)
    assert not world.notes.count(name)
    assert not world.runs(key)


@with_processes
def test_a_running_task_is_terminated(world: World) -> None:
    name, task_id, gate = world.name("endless"), world.name("id"), world.name("gate")
    world.send("test.hold", name, gate, task_id=task_id)
    world.notes.wait(f"started:{name}")

    tell(world.app, "revoke", task_id, terminate=True)

    others = [world.name("after") for _ in range(2)]
    for each in others:
        world.send("test.hold", each, gate)
    for each in others:  # both of the worker's slots are free
        world.notes.wait(f"started:{each}")
    world.notes.put(gate)
    assert world.notes.count(f"started:{name}") == 1


@pytest.mark.parametrize("world", ["streams-threads", "streams-solo"], indirect=True)
def test_a_running_script_is_cancelled_where_pools_cannot_kill(world: World) -> None:
    task_id = world.name("id")
    gate = world.name("gate")
    key = world.script("held", gate, task_id=task_id)
    world.wait_for_begin(key)

    tell(world.app, "revoke", task_id, terminate=True)

    world.notes.wait(f"cancelled:{key}")
    world.notes.put(gate)
    world.wait_for_run(key)


@pytest.mark.parametrize("world", ["streams-threads"], indirect=True)
def test_a_running_script_is_cancelled_also_where_it_went_celerys_own_way(world: World) -> None:
    task_id, gate, after = world.name("id"), world.name("gate"), world.name("after")
    link = world.app.tasks["test.note"].si(after)
    key = world.script("held", gate, task_id=task_id, link=link)
    world.wait_for_begin(key)

    tell(world.app, "revoke", task_id, terminate=True)

    world.notes.wait(f"cancelled:{key}")
    world.notes.put(gate)
    world.notes.wait(after)


@with_threads
def test_a_rate_limit_holds_and_can_be_changed_at_run_time(world: World) -> None:
    first, second = world.name("first"), world.name("second")
    for _ in range(5):
        world.send("test.limited", first)
    world.notes.wait(first, 5)

    tell(world.app, "rate_limit", "test.limited", "2/s")
    for _ in range(4):
        world.send("test.limited", second)
    world.notes.wait(second, 4)
    tell(world.app, "rate_limit", "test.limited", "5/s")

    assert _span(world, first) >= 0.75
    assert _span(world, second) >= 1.25


@with_slots
def test_scripts_have_a_rate_limit_while_one_is_set(world: World) -> None:
    tell(world.app, "rate_limit", "fleeting.run", "5/s")
    keys = [world.script("nothing") for _ in range(5)]
    for key in keys:
        world.wait_for_run(key)
    tell(world.app, "rate_limit", "fleeting.run", 0)

    times = sorted(world.notes.times(f"done:{key}")[0] for key in keys)
    assert times[-1] - times[0] >= 0.75


@with_threads
def test_routes_and_queues_are_followed(world: World) -> None:
    name = world.name("routed")

    world.send("test.routed", name)
    key = world.script("nothing", queue="other")

    assert world.notes.wait(name) == ["other"]
    world.wait_for_run(key)


@with_processes
def test_pools_with_processes_hold_time_limits(world: World) -> None:
    soft, hard, after = world.name("soft"), world.name("hard"), world.name("after")

    world.send("test.patient", soft, 20, soft_time_limit=1)
    world.send("test.patient", hard, 20, time_limit=1)

    assert world.notes.wait(soft) == ["soft limit"]
    for each in range(3):
        world.send("test.note", after, each)
    world.notes.wait(after, 3)
    assert not world.notes.count(hard)


@pytest.mark.parametrize("world", ["streams-prefork"], indirect=True)
def test_what_was_lost_with_its_process_runs_again(world: World) -> None:
    """With kombu's transport, when and how often is told by its visibility timeout."""
    name = world.name("lost")

    world.send("test.die_once", name)
    world.notes.wait(name, 2)
    key = world.script("die_once")
    world.wait_for_run(key)

    assert world.runs(key) == 2


@everywhere
def test_links_are_followed_on_success_and_on_failure(world: World) -> None:
    after, told = world.name("after"), world.name("told")

    world.script("nothing", link=world.app.tasks["test.note"].si(after, "linked"))
    world.send("test.fail", link_error=world.app.tasks["test.told"].s(told))

    assert world.notes.wait(after) == ["linked"]
    assert world.notes.wait(told) == ["as asked"]


def _span(world: World, name: str) -> float:
    times = world.notes.times(name)
    return times[-1] - times[0]
