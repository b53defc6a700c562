"""`fleeting.run` between a message and the use case, without a broker."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from celery.exceptions import Reject, Retry
from kombu.exceptions import OperationalError

from fleeting.adapters.celery.app import make_app
from fleeting.adapters.celery.task import NAME, serve
from fleeting.domain.errors import MalformedMessage, StoreUnavailable
from fleeting.domain.result_key import Address
from fleeting.usecases.execute import Again, Done

from ....unsigned import unsigned

KEY = "add_1763683200000_0123456789abcdef"
CALL = {"key": KEY, "function": "add", "source": "SECRET = 1", "args": ["SECRET"]}


class Execution:
    """Answers what it is told to."""

    def __init__(self, answer) -> None:
        self.answer = answer
        self.tasks = []
        self.refused = []

    def refuse(self, error):
        self.refused.append(error.address)
        if isinstance(self.answer, Exception):
            raise self.answer
        return True

    def start(self) -> None: ...

    def close(self) -> None: ...

    def run(self, task):
        self.tasks.append(task)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Worker:
    """Runs the task as a worker does, and keeps what it publishes."""

    def __init__(self, app, execution) -> None:
        self.app = app
        self.execution = execution
        self.published = []
        self.trouble = None
        self.task = app.tasks[NAME]
        app.amqp.__dict__["send_task_message"] = self._publish

    def run(self, *args, kwargs=CALL, retries=0):
        self.task.push_request(
            id="id",
            args=args,
            kwargs=kwargs,
            called_directly=False,
            retries=retries,
            delivery_info={"exchange": "", "routing_key": "work"},
        )
        try:
            return self.task.run(*args, **kwargs)
        finally:
            self.task.pop_request()

    def _publish(self, producer, name, message, **options):
        if self.trouble:
            raise self.trouble
        self.published.append((message, options))


@pytest.fixture
def make_worker():
    def make(answer) -> Worker:
        app = make_app("redis://nowhere:1", prefix="{p}:", queue="work")
        execution = Execution(answer)
        serve(app, lambda: execution, unsigned())
        return Worker(app, execution)

    return make


def test_what_is_done_names_the_key(make_worker):
    worker = make_worker(Done())

    assert worker.run() == KEY
    assert [task.key for task in worker.execution.tasks] == [KEY]
    assert worker.published == []


def test_again_queues_the_same_call_with_a_delay(make_worker):
    worker = make_worker(Again(timedelta(seconds=30)))

    with pytest.raises(Retry):
        worker.run(retries=4)

    [(message, options)] = worker.published
    assert message.body[1] == CALL
    assert message.headers["id"] == "id"
    assert message.headers["retries"] == 5
    assert message.headers["eta"] is not None
    assert options["queue"].name == "work"


def test_celery_counts_retries_without_a_limit(make_worker):
    worker = make_worker(Again(timedelta(seconds=1)))

    with pytest.raises(Retry):
        worker.run(retries=1_000_000)


def test_what_is_queued_again_shows_nothing_of_the_payload(make_worker):
    worker = make_worker(Again(timedelta(seconds=1)))

    with pytest.raises(Retry) as caught:
        worker.run()

    [(message, _)] = worker.published
    assert "SECRET" not in repr(message.headers)
    assert "SECRET" not in str(caught.value)


def test_a_message_that_cannot_be_queued_again_is_given_back(make_worker):
    worker = make_worker(Again(timedelta(seconds=1)))
    worker.task.trouble_seconds = 0
    worker.trouble = OperationalError("gone")

    with pytest.raises(Reject) as caught:
        worker.run()

    assert caught.value.requeue


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [((), {}), (("SECRET",), CALL), ((), {**CALL, "key": "SECRET"}), ((), {**CALL, "args": 5})],
)
def test_a_malformed_message_is_dropped(make_worker, caplog, args, kwargs):
    worker = make_worker(Done())

    with pytest.raises(MalformedMessage) as caught:
        worker.run(*args, kwargs=kwargs)

    assert worker.execution.tasks == worker.published == []
    assert isinstance(caught.value, worker.task.throws)
    assert "dropped a message" in caplog.text
    assert "SECRET" not in caplog.text + str(caught.value)


@pytest.mark.parametrize(("args", "kwargs"), [(("SECRET",), CALL), ((), {**CALL, "args": 5})])
@pytest.mark.parametrize("answer", [Done(), ValueError("choked on SECRET")])
def test_the_task_of_a_malformed_message_is_ended(make_worker, caplog, answer, args, kwargs):
    """Whether that succeeds or not, the message is dropped."""
    worker = make_worker(answer)

    with pytest.raises(MalformedMessage):
        worker.run(*args, kwargs=kwargs)

    assert worker.execution.refused == [Address("", KEY)]
    assert worker.published == []
    assert "SECRET" not in caplog.text


def test_a_message_that_names_no_task_ends_none(make_worker):
    worker = make_worker(Done())

    with pytest.raises(MalformedMessage):
        worker.run(kwargs={**CALL, "key": "SECRET"})

    assert worker.execution.refused == [None]


def test_an_unexpected_error_is_logged_without_its_text(make_worker, caplog):
    worker = make_worker(ValueError("choked on SECRET"))

    with pytest.raises(Retry) as caught:
        worker.run()

    assert len(worker.published) == 1
    assert f"{KEY} could not be run: ValueError" in caplog.text
    assert "SECRET" not in caplog.text + str(caught.value)
    assert caught.value.__cause__ is None


def test_an_error_of_fleetings_own_is_logged_with_its_text(make_worker, caplog):
    worker = make_worker(StoreUnavailable("the store is on holiday"))

    with pytest.raises(Retry):
        worker.run()

    assert "on holiday" in caplog.text


@pytest.mark.parametrize(("retries", "seconds"), [(0, 1), (3, 8), (100, 60)])
def test_trouble_is_met_with_growing_patience(make_worker, retries, seconds):
    worker = make_worker(ValueError())

    with pytest.raises(Retry) as caught:
        worker.run(retries=retries)

    assert caught.value.when == seconds


def test_sending_by_celerys_own_means_shows_nothing_of_the_payload(make_worker):
    worker = make_worker(Done())

    worker.task.apply_async(kwargs=CALL, argsrepr="SECRET", kwargsrepr="SECRET")

    [(message, _)] = worker.published
    assert "SECRET" not in repr(message.headers)


@pytest.fixture(autouse=True)
def _levels(caplog):
    caplog.set_level(logging.INFO)
