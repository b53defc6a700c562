"""One execution in each process, made when it is needed."""

from __future__ import annotations

import os
import threading

import pytest

from fleeting.adapters.celery.execution import Executions
from fleeting.usecases.execute import Done


class Execution:
    def __init__(self) -> None:
        self.log: list[str] = []

    def start(self) -> None:
        self.log.append("started")

    def refuse(self, error) -> bool:
        return False

    def run(self, task) -> Done:
        return Done()

    def announce(self) -> None:
        self.log.append("announced")

    def close(self) -> None:
        self.log.append("closed")


@pytest.fixture
def made() -> list[Execution]:
    return []


@pytest.fixture
def executions(made) -> Executions:
    def make() -> Execution:
        made.append(Execution())
        return made[-1]

    return Executions(make)


def test_nothing_is_made_before_the_first_task(executions, made):
    assert made == []


def test_all_tasks_of_a_process_share_one_that_was_started(executions, made):
    assert executions.current() is executions.current()
    assert [execution.log for execution in made] == [["started"]]


def test_threads_that_come_together_share_one(executions, made):
    ready = threading.Barrier(8)

    def take() -> None:
        ready.wait()
        executions.current()

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 1


def test_one_that_could_not_be_made_is_tried_again():
    tries = iter([ValueError("not yet"), None])

    def make() -> Execution:
        failure = next(tries)
        if failure:
            raise failure
        return Execution()

    executions = Executions(make)
    with pytest.raises(ValueError, match="not yet"):
        executions.current()

    assert executions.current()


def test_closing_closes_it_once(executions, made):
    executions.current()

    executions.close()
    executions.close()

    assert made[0].log == ["started", "closed"]


def test_process_that_runs_tasks_shows_the_execution_that_runs_them(executions, made):
    executions.announce(runs_tasks=True)
    executions.current()

    assert [execution.log for execution in made] == [["started", "announced"]]


def test_process_whose_children_run_tasks_is_shown_and_starts_nothing(executions, made):
    executions.announce(runs_tasks=False)
    executions.close()

    assert [execution.log for execution in made] == [["announced", "closed"]]


def test_closing_without_a_task_makes_nothing(executions, made):
    executions.close()

    assert made == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_makes_its_own_and_leaves_its_parents_alone(executions, made):
    parents = executions.current()
    reading, writing = os.pipe()

    child = os.fork()
    if child == 0:
        is_new = executions.current() is not parents and parents.log == ["started"]
        os.write(writing, b"1" if is_new else b"0")
        os._exit(0)
    os.waitpid(child, 0)

    assert os.read(reading, 1) == b"1"
    os.close(reading)
    os.close(writing)
