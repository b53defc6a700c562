"""Which messages are submissions."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from fleeting.adapters.memory.clock import ManualClock
from fleeting.domain.chunk import CALLS, calls_in
from fleeting.domain.distrust import Distrust, distrusted
from fleeting.domain.errors import InvalidSetting, MalformedMessage, TaskNotTrusted
from fleeting.domain.limits import Limits
from fleeting.domain.message import encode
from fleeting.domain.result_key import Address
from fleeting.domain.seal import call_texts, seal
from fleeting.domain.task import Task
from fleeting.domain.trusted_key import SIZE, TrustedKey, key_id
from fleeting.testing.task_queue import sample_task
from fleeting.usecases.open_message import OpenMessage

QUEUE = "jobs"
PUBLIC = bytes(SIZE)
TASK = replace(sample_task(1), principal="ann")
HERE = Address("team-a", TASK.key)

Read = Callable[[Mapping[str, object]], Task]


class Verifier:
    """Knows one key; counts what it is asked."""

    def __init__(self, key: TrustedKey) -> None:
        self.key = key
        self.asked = 0

    def verify(self, data: bytes, signature: bytes, *, key_id: str) -> TrustedKey:
        self.asked += 1
        if key_id != self.key.key_id:
            raise distrusted(Distrust.UNKNOWN_SIGNER, "who?")
        if signature != sha256(data).digest():
            raise distrusted(Distrust.ALTERED, "no")
        return self.key


def sealed(*tasks: Task, queue: str = QUEUE, signer: str = key_id(PUBLIC)) -> dict[str, Any]:
    message = seal(
        tasks,
        call_texts(tasks),
        sign=lambda data: (signer, sha256(data).digest()),
        queue=queue,
        inline_bytes=1024,
    )
    found: dict[str, Any] = json.loads(json.dumps(message))
    return found


@pytest.fixture
def verifier() -> Verifier:
    return Verifier(TrustedKey(PUBLIC))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(TASK.submitted_at)


def opener(clock: ManualClock, verifier: Verifier | None, **options: Any) -> OpenMessage:
    return OpenMessage(Limits(), clock=clock, verifier=verifier, queues={QUEUE}, **options)


@pytest.fixture(params=["alone", "with a memory"])
def read(request: pytest.FixtureRequest, clock: ManualClock, verifier: Verifier) -> Read:
    found = opener(clock, verifier)
    return found if request.param == "alone" else found.reader()


def refusal(read: Read, data: Mapping[str, object]) -> TaskNotTrusted:
    with pytest.raises(TaskNotTrusted) as caught:
        read(data)
    return caught.value


def test_a_signed_message_is_the_task_and_says_who_signed(read: Read) -> None:
    assert read(sealed(TASK)) == replace(TASK, signer=key_id(PUBLIC))


def test_an_unsigned_message_is_refused_under_its_key(read: Read) -> None:
    error = refusal(read, encode(TASK, inline_bytes=0))

    assert (error.code, error.reason, error.address) == ("task_not_trusted", "unsigned", HERE)


def test_garbage_is_refused_under_the_key_in_it(read: Read) -> None:
    error = refusal(read, {"kallz": [{"key": TASK.key}], "namespace": "team-a"})

    assert (error.reason, error.address) == ("unsigned", HERE)
    assert refusal(read, {"some": "thing"}).address is None


def test_an_altered_call_is_refused_under_its_key(read: Read) -> None:
    message = sealed(TASK)
    message["call"] = message["call"].replace("[1]", "[2]")

    error = refusal(read, message)

    assert (error.reason, error.address, error.also) == ("altered", HERE, ())


def test_a_message_moved_to_another_key_is_refused_under_both(read: Read) -> None:
    message = sealed(TASK)
    message["key"] = sample_task(2).key

    error = refusal(read, message)

    assert error.reason == "altered"
    assert {error.address, *error.also} == {HERE, Address("team-a", sample_task(2).key)}


def test_a_message_moved_to_another_namespace_stays_where_it_was_signed_for(read: Read) -> None:
    message = sealed(TASK) | {"namespace": "team-b"}

    assert read(message).namespace == "team-a"


@pytest.mark.parametrize("part", ["statement", "signature", "signer"])
def test_a_seal_without_one_of_its_parts_is_refused(read: Read, part: str) -> None:
    error = refusal(read, sealed(TASK) | {part: ["of another kind"]})

    assert (error.reason, error.address) == ("altered", HERE)


def test_a_stranger_is_refused(read: Read) -> None:
    error = refusal(read, sealed(TASK, signer="0" * 16))

    assert (error.reason, error.address) == ("unknown_signer", HERE)


def test_a_message_for_another_queue_is_refused(read: Read) -> None:
    error = refusal(read, sealed(TASK, queue="other"))

    assert (error.reason, error.address) == ("misdirected", HERE)


def test_a_signature_runs_out(read: Read, clock: ManualClock) -> None:
    message = sealed(TASK)
    clock.advance(timedelta(hours=1))
    assert read(message).key == TASK.key

    clock.advance(timedelta(seconds=1))

    assert refusal(read, message).reason == "expired"


def test_a_key_that_may_not_speak_for_the_principal_is_refused(
    read: Read, verifier: Verifier
) -> None:
    verifier.key = TrustedKey(PUBLIC, principals=("bob",))

    error = refusal(read, sealed(TASK))

    assert (error.reason, error.address) == ("overreaching", HERE)


def test_what_is_signed_may_still_be_malformed(read: Read) -> None:
    with pytest.raises(MalformedMessage, match="timeout_seconds is at most 3600") as caught:
        read(sealed(replace(TASK, timeout=timedelta(hours=2))))

    assert (caught.value.code, caught.value.address) == ("malformed_message", HERE)


def test_where_nobody_is_trusted_nothing_is(clock: ManualClock, verifier: Verifier) -> None:
    with pytest.raises(InvalidSetting, match="fleeting key create"):
        opener(clock, None).check()
    opener(clock, verifier).check()
    opener(clock, None, accept_unsigned=True).check()
    assert refusal(opener(clock, None), sealed(TASK)).reason == "unknown_signer"


def test_unsigned_messages_are_taken_where_that_is_said(
    clock: ManualClock, verifier: Verifier
) -> None:
    read = opener(clock, verifier, accept_unsigned=True)

    assert read(encode(TASK, inline_bytes=1024)) == TASK


def test_a_stranger_is_as_good_as_unsigned_where_that_is_taken(clock: ManualClock) -> None:
    """So that submitters may begin to sign before workers know them."""
    read = opener(clock, None, accept_unsigned=True)

    assert read(sealed(TASK)) == TASK


def test_what_a_known_key_has_signed_must_be_whole_even_then(
    clock: ManualClock, verifier: Verifier
) -> None:
    read = opener(clock, verifier, accept_unsigned=True)
    message = sealed(TASK)
    message["statement"] += " "

    assert refusal(read, message).reason == "altered"


def test_signature_of_a_chunk_is_checked_once(clock: ManualClock, verifier: Verifier) -> None:
    read = opener(clock, verifier).reader()
    tasks = [sample_task(number) for number in range(5)]

    found = [read(call) for call in calls_in(sealed(*tasks))]

    assert [task.key for task in found] == [task.key for task in tasks]
    assert verifier.asked == 1


def test_one_altered_call_of_a_chunk_leaves_the_others_alone(read: Read) -> None:
    chunk = sealed(*(sample_task(number) for number in range(3)))
    chunk[CALLS][1]["call"] = chunk[CALLS][0]["call"]

    first, altered, last = calls_in(chunk)

    assert [read(first).args, read(last).args] == [[0], [2]]
    assert refusal(read, altered).reason == "altered"


def test_memory_is_bounded(clock: ManualClock, verifier: Verifier) -> None:
    read = opener(clock, verifier).reader()
    messages = [sealed(sample_task(number)) for number in range(40)]

    for message in [*messages, messages[-1], messages[0]]:
        read(message)

    assert verifier.asked == 41
