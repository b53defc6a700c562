"""The decisions of a supervisor; what it does to processes is in the integration tests."""

from __future__ import annotations

import pytest

from fleeting.entrypoints.supervisor import pause_before_restart, worker_commands


@pytest.mark.parametrize(
    ("deaths", "pause"), [(0, 0.5), (1, 1.0), (2, 2.0), (6, 30.0), (10_000, 30.0)]
)
def test_a_process_that_dies_young_is_replaced_after_a_growing_pause(
    deaths: int, pause: float
) -> None:
    assert pause_before_restart(lived=1.0, deaths=deaths) == pause


def test_a_process_that_lived_long_is_replaced_at_once() -> None:
    assert pause_before_restart(lived=3600.0, deaths=5) == 0.0


@pytest.mark.parametrize(
    ("name", "expected"),
    [("mine", ["mine-1", "mine-2"]), ("mine@host", ["mine-1@host", "mine-2@host"])],
)
def test_each_process_has_a_name_of_its_own(name: str, expected: list[str]) -> None:
    commands = worker_commands(2, pool="solo", concurrency=3, queues=None, name=name)

    assert [command[-1] for command in commands] == expected
    assert all("--pool solo --concurrency 3 --name" in " ".join(one) for one in commands)
    assert not any("--queues" in command for command in commands)


def test_processes_of_two_supervisors_are_told_apart_without_a_name() -> None:
    [command] = worker_commands(1, pool=None, concurrency=1, queues="a,b", name=None)

    assert command[-1].startswith("fleeting-")
    assert command[-1] != "fleeting-1"
