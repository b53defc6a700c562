"""Celery's programs beside the worker: its commands, beat and Flower, on both transports."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from ..servers.port import HOST, Port
from ..servers.wait import wait_until
from .feature_world import World, celery_command, environment
from .steering import tell
from .workers import Worker
from .worlds import with_threads

SOON = timedelta(seconds=40)


@with_threads
def test_commands_see_and_steer_the_workers(world: World) -> None:
    """Each waits for a second, and a worker may be slower: then it is asked again."""
    wait_until(lambda: "1 node online" in world.command("status").stdout, within=SOON)
    wait_until(lambda: "fleeting.run" in _registered(world), within=SOON)
    steered = ("control", "rate_limit", "test.limited", "5/s")
    wait_until(
        lambda: "new rate limit set successfully" in world.command(*steered).stdout, within=SOON
    )


def _registered(world: World) -> list[str]:
    answer = world.command("inspect", "registered", "--json").stdout
    return [task.split(" ")[0] for tasks in json.loads(answer or "{}").values() for task in tasks]


@with_threads
def test_commands_call_a_task_and_show_its_result(world: World) -> None:
    called = world.command("call", "test.add", "--args", "[2, 3]")
    task_id = called.stdout.split()[-1]
    world.app.AsyncResult(task_id).get(timeout=30)

    assert world.command("result", task_id).stdout.split() == ["5"]


@with_threads
def test_the_command_purge_empties_the_queue_that_it_is_told(world: World) -> None:
    queue = world.idle_queue()
    for _ in range(3):
        world.send("test.note", world.name("purged"), queue=queue)

    purged = world.command("purge", "--force", "-Q", queue)

    assert "Purged 3 messages" in purged.stdout


@with_threads
def test_the_command_events_dumps_what_happens_without_sources(
    world: World, tmp_path: Path
) -> None:
    tell(world.app, "enable_events")
    dump = Worker(
        celery_command("events", "--dump"),
        log=tmp_path / "events.log",
        ready="heartbeat",
        environment=environment(world.options),
    )
    with dump:
        key = world.script("nothing")
        dump.wait_for_log("succeeded", within=SOON)
        dump.wait_for_log(key, within=SOON)
    tell(world.app, "disable_events")

    assert key in dump.output
    assert "secret" not in dump.output


@with_threads
def test_beat_fires_tasks_and_through_them_scripts(world: World, tmp_path: Path) -> None:
    """A schedule repeats its message, and a key is run once: so a task submits each script."""
    beat = Worker(
        celery_command("beat", "-s", str(tmp_path / "schedule")),
        log=tmp_path / "beat.log",
        ready=" is starting",
        environment=environment(world.options),
    )
    before = world.notes.count("tick")
    with beat:
        world.notes.wait("tick", before + 2)
        [key, *_] = world.notes.wait("submitted", 1)
        world.wait_for_run(str(key))


@pytest.fixture
def flower(world: World, tmp_path: Path) -> Iterator[str]:
    """The API of a Flower on the broker of this world."""
    pytest.importorskip("flower")
    port = Port()
    words = ("flower", f"--address={HOST}", f"--port={port.number}", "--read_only=True")
    program = Worker(
        celery_command(*words),
        log=tmp_path / "flower.log",
        ready="Connected to",
        environment={**environment(world.options), "FLOWER_UNAUTHENTICATED_API": "true"},
    )
    with program:
        yield f"http://{HOST}:{port.number}/api"
    port.release()


def get(url: str) -> Any:
    with urlopen(url, timeout=10) as answer:
        return json.load(answer)


@with_threads
def test_flower_shows_workers_and_tasks_but_nothing_of_their_contents(
    world: World, flower: str
) -> None:
    tell(world.app, "enable_events")

    def is_listening() -> bool:
        """Flower knows tasks by their events, from when it listens on."""
        world.script("nothing")
        try:
            return bool(get(f"{flower}/tasks?taskname=fleeting.run&state=SUCCESS"))
        except URLError:
            return False

    wait_until(is_listening, within=SOON)
    task_id = world.name("id")
    key = world.script("nothing", "confidential", task_id=task_id)
    wait_until(
        lambda: get(f"{flower}/tasks").get(task_id, {}).get("state") == "SUCCESS", within=SOON
    )
    task = get(f"{flower}/task/info/{task_id}")
    workers = get(f"{flower}/workers?refresh=1")
    tell(world.app, "disable_events")

    assert task["name"] == "fleeting.run"
    assert key in task["kwargs"]
    assert "'source_digest'" in task["kwargs"]
    shown = json.dumps([task, get(f"{flower}/tasks")])
    assert "confidential" not in shown
    assert "secret" not in shown
    [facts] = workers.values()
    assert "work" in {queue["name"] for queue in facts["active_queues"]}
