"""Celery's canvas with scripts and ordinary tasks, on fleeting's transport and on kombu's own.

What `fleeting.run` gives to the next step is the key of its run, nothing else; so scripts take part
as immutable signatures (`si`), and whoever wants a value reads it by its key.
"""

from __future__ import annotations

from typing import Any

from celery import chain, chord, group

from .feature_world import World
from .worlds import everywhere, with_slots, with_threads


def script(world: World, function: str = "nothing", *args: object) -> Any:
    return world.app.tasks["fleeting.run"].si(**world.call(function, *args))


def keep(world: World, name: str) -> Any:
    """A step that writes down what the one before it returned."""
    return world.app.tasks["test.keep"].s(name=name)


def add(world: World, x: int, y: int) -> Any:
    return world.app.tasks["test.add"].s(x, y)


def total(world: World) -> Any:
    return world.app.tasks["test.total"].s()


def key_of(signature: Any) -> str:
    return str(signature.kwargs["key"])


@everywhere
def test_a_chain_runs_one_step_after_the_other(world: World) -> None:
    name, order = world.name("chain"), world.name("order")
    steps = [script(world, "mark", order, number) for number in range(3)]

    chain(*steps, keep(world, name)).apply_async()

    assert world.notes.wait(name) == [key_of(steps[-1])]
    assert world.notes.of(order) == [0, 1, 2]


@everywhere
def test_a_group_runs_all_of_its_members(world: World) -> None:
    name = world.name("group")
    scripts = [script(world) for _ in range(5)]

    group(*scripts, add(world, 1, 1) | keep(world, name)).apply_async()

    for each in scripts:
        world.wait_for_run(key_of(each))
    assert world.notes.wait(name) == [2]


@everywhere
def test_the_body_of_a_chord_gets_what_its_header_returned(world: World) -> None:
    numbers, keys = world.name("numbers"), world.name("keys")
    scripts = [script(world) for _ in range(4)]

    chord([add(world, n, n) for n in range(4)], total(world) | keep(world, numbers)).apply_async()
    chord(scripts, keep(world, keys)).apply_async()

    assert world.notes.wait(numbers) == [12]
    assert world.notes.wait(keys) == [[key_of(each) for each in scripts]]


@everywhere
def test_a_script_may_be_the_body_of_a_chord(world: World) -> None:
    body = script(world)
    header = [script(world), script(world)]

    chord(header, body).apply_async()

    world.wait_for_run(key_of(body))
    assert all(world.runs(key_of(each)) == 1 for each in header)


@with_slots
def test_chords_nest(world: World) -> None:
    """A chain of chords, one with a group, another chord and a chain in its header."""
    name = world.name("nested")
    inner = chord([add(world, 1, 1), add(world, 2, 2)], total(world))
    grouped = group(add(world, 3, 3), add(world, 4, 4))
    chained = chain(add(world, 5, 5), world.app.tasks["test.add"].s(1))

    chain(chord([inner, grouped, chained], total(world)), keep(world, name)).apply_async()

    assert world.notes.wait(name) == [2 + 4 + 6 + 8 + 11]


@with_slots
def test_chords_of_scripts_nest(world: World) -> None:
    """Celery joins a chain that ends in a group by the stored results of its members."""
    name = world.name("nested")
    before, first, second, third = (script(world) for _ in range(4))

    chord([chain(before, group(first, second)), third], keep(world, name)).apply_async()

    [[grouped, alone]] = world.notes.wait(name)
    assert grouped == [key_of(first), key_of(second)]
    assert alone == key_of(third)


@with_slots
def test_a_chain_goes_on_after_a_group(world: World) -> None:
    name = world.name("upgraded")
    before, members, after = script(world), [script(world), script(world)], script(world)

    chain(before, group(*members), after, keep(world, name)).apply_async()

    assert world.notes.wait(name) == [key_of(after)]
    assert all(world.runs(key_of(each)) == 1 for each in (before, *members, after))


@with_threads
def test_a_chord_waits_for_a_script_that_is_repeated(world: World) -> None:
    name = world.name("patient")
    header = [script(world, "twice"), script(world)]

    chord(header, keep(world, name)).apply_async()

    assert world.notes.wait(name) == [[key_of(each) for each in header]]
    assert world.runs(key_of(header[0])) == 2


@with_threads
def test_a_chord_waits_for_what_is_delayed(world: World) -> None:
    name = world.name("delayed")
    late = script(world).set(countdown=0.5)

    chord([late, script(world)], keep(world, name)).apply_async()

    assert len(world.notes.wait(name)[0]) == 2
    assert world.runs(key_of(late)) == 1


@with_slots
def test_the_error_of_a_chord_comes_to_its_errback(world: World) -> None:
    told, name = world.name("told"), world.name("body")
    body = keep(world, name).on_error(world.app.tasks["test.told"].s(told))

    chord([add(world, 1, 1), world.app.tasks["test.fail"].s()], body).apply_async()

    assert "as asked" in str(world.notes.wait(told)[0])
    assert not world.notes.count(name)


@with_threads
def test_an_ordinary_task_may_keep_its_result(world: World) -> None:
    result = world.send("test.add", 2, 3)

    assert result.get(timeout=30) == 5


@with_threads
def test_scripts_leave_no_result_with_celery(world: World) -> None:
    task_id, name = world.name("id"), world.name("after")

    # Not plain, so that it goes Celery's own way.
    world.script("nothing", task_id=task_id, link=keep(world, name))

    world.notes.wait(name)
    assert world.app.backend.get(world.app.backend.get_key_for_task(task_id)) is None
