"""A task as a letter: what `put` would send, ready for another client of the same server."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fleeting.adapters.celery.app import make_app
from fleeting.adapters.celery.envelope import open_envelope
from fleeting.adapters.celery.task_queue import CeleryTaskQueue
from fleeting.ports.task_queue import Letter
from fleeting.ports.task_signer import TaskSigner
from fleeting.testing.task_queue import sample_task


class WaitingSigner:
    """One that asks a server for each signature."""

    @property
    def waits(self) -> bool:
        return True

    def sign(self, data: bytes) -> tuple[str, bytes]:
        return "key", data[:1]


def letter(
    url: str, *, countdown: timedelta = timedelta(0), signer: TaskSigner | None = None
) -> Letter | None:
    app = make_app(url, prefix="{queue}:", queue="tasks")
    queue = CeleryTaskQueue(app, inline_source_bytes=1024, signer=signer)
    return queue.letter(sample_task(countdown=countdown))


@pytest.mark.parametrize(
    "url", ["redis://host", "rediss://host", "redis+sentinel://host:26379/primary"]
)
def test_letter_goes_to_the_stream_that_workers_read(url: str):
    found = letter(url)

    assert found is not None
    name, content = found.fields
    headers = open_envelope(str(content))["headers"]
    assert (found.place, name) == ("{queue}:tasks:stream:0", "message")
    assert isinstance(headers, dict)
    assert headers["id"] == sample_task().key


def test_delayed_task_is_no_letter():
    assert letter("redis://host", countdown=timedelta(seconds=1)) is None


def test_lists_of_kombu_take_no_letters():
    assert letter("stock+redis://host") is None


def test_task_whose_signature_has_to_be_waited_for_is_no_letter():
    assert letter("redis://host", signer=WaitingSigner()) is None
