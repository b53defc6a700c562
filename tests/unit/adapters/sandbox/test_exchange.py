"""The end of a conversation tells whether the process came as far as the script."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from fleeting.adapters.sandbox.delivery import Delivery
from fleeting.adapters.sandbox.exchange import Exchange
from fleeting.adapters.sandbox.protocol import STARTED, frame
from fleeting.ports.runner import RunRequest

REQUEST = RunRequest(
    run_id="run",
    digest="",
    source="",
    function="f",
    args=(),
    kwargs={},
    timeout=None,
    memory_bytes=None,
    max_value_bytes=1000,
    max_output_bytes=1000,
)


@dataclass
class Process:
    """A process that is nothing but the far end of a channel, for the test to speak at."""

    channel: socket.socket
    output: int
    says_started: bool = False
    is_up: bool = False
    used_cpu: float | None = None

    def has_read_job(self) -> bool:
        return True

    def kill(self) -> None: ...

    def is_dead(self) -> bool:
        return False

    def dies(self) -> bool:
        return True

    def end(self) -> int:
        return 0

    def dismiss(self) -> None: ...

    def close(self) -> None: ...


class Deaf:
    def on_output(self, text: str) -> None: ...

    def on_progress(self, done: float, total: float | None, note: str) -> None: ...


@pytest.fixture
def far() -> Iterator[tuple[Process, socket.socket]]:
    near, far = socket.socketpair()
    near.setblocking(False)
    output, write = os.pipe()
    os.close(write)
    with near, far:
        yield Process(near, output), far
    os.close(output)


def exchange(process: Process) -> Exchange:
    return Exchange(process, b"job", REQUEST, Delivery(Deaf()))


def test_a_process_that_ends_with_its_job_unread_has_not_started(
    far: tuple[Process, socket.socket],
) -> None:
    process, end = far
    talk = exchange(process)
    end.close()

    assert talk.until_answer() is None
    assert not talk.has_started


def test_a_process_that_was_gone_before_its_job_came_has_not_started(
    far: tuple[Process, socket.socket],
) -> None:
    process, end = far
    end.close()
    talk = exchange(process)

    assert talk.until_answer() is None
    assert not talk.has_started


def test_a_process_that_ends_with_its_job_read_has_started(
    far: tuple[Process, socket.socket],
) -> None:
    process, end = far
    talk = exchange(process)
    end.recv(100)
    end.close()

    assert talk.until_answer() is None
    assert talk.has_started


def test_a_process_that_is_up_has_started_even_if_it_ends_with_its_job_unread(
    far: tuple[Process, socket.socket],
) -> None:
    process, end = far
    process.is_up = True
    talk = exchange(process)
    end.close()

    assert talk.until_answer() is None
    assert talk.has_started


def test_a_process_that_says_when_it_starts_has_not_until_it_says_so(
    far: tuple[Process, socket.socket],
) -> None:
    process, end = far
    process.says_started = True
    talk = exchange(process)
    end.recv(100)
    assert not talk.has_started
    end.send(frame(STARTED, b""))
    end.close()

    assert talk.until_answer() is None
    assert talk.has_started


def test_a_process_that_need_not_say_when_it_starts_must_not(
    far: tuple[Process, socket.socket],
) -> None:
    process, end = far
    talk = exchange(process)
    end.recv(100)
    end.send(frame(STARTED, b""))

    outcome = talk.until_answer()

    assert outcome is not None
    assert outcome.error is not None
    assert outcome.error.code == "run_protocol_error"
